import type { APIRoute } from "astro";
import { verifyWebhook } from "digest-client/webhook";

import { secrets } from "../../environment";

export const prerender = false;

/** Whatever is wrong with a request is its fault; a secret that is not valid is ours. */
function unlessMisconfigured(error: unknown): null {
  if (error instanceof TypeError) throw error;
  return null;
}

/** Ask for a build that includes what the webhook tells of. */
export const POST: APIRoute = async ({ request }) => {
  const event = await verifyWebhook(request, secrets).catch(unlessMisconfigured);
  if (!event) return new Response("This is not a webhook of the site.\n", { status: 400 });
  const id = request.headers.get("webhook-id");
  if (event.type !== "webhook.ping") process.send?.({ id, at: event.data.sequence });
  return new Response(null, { status: 204 });
};
