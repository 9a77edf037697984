import { revalidateTag, unstable_cache } from "next/cache.js";
import { connection } from "next/server.js";

import type { Fetch } from "./requests.js";
import { keysOf } from "./secrets.js";
import { verifyWebhook, WebhookError } from "./webhook.js";

/** The tag of all that is stored in the data cache. Any change may show anywhere, so there is one. */
const TAG = "digest";
const REVALIDATE = 30; // seconds, after which Next.js sends a request while it still returns what is stored

interface Entry {
  body: string;
  headers: [string, string][];
  expires: number;
}

/**
 * A `fetch` for `createDigest` that stores public responses in Next.js's data cache, no longer than
 * their `max-age`. Pages that use it are rendered for each request: Next.js would serve a page that
 * was rendered ahead once more, whatever its age.
 */
export const nextFetch: Fetch = async (request) => {
  await connection();
  if (!isStorable(request)) return fetch(request, { cache: "no-store" });
  let response: Response | undefined;
  let isStored = false;
  const read = async () => {
    response = await fetch(request, { cache: "no-store" });
    const entry = await entryOf(response.clone());
    // Null replaces what is gone. Anything else is not stored, since there is no end of unknown URLs.
    if (!entry && !isStored) throw new Error("Not stored");
    return entry;
  };
  const key = [request.url, request.headers.get("Accept") ?? ""];
  const entry = await unstable_cache(read, key, { tags: [TAG], revalidate: REVALIDATE })().catch((error: unknown) => {
    if (!response) throw error;
  });
  if (response) return response;
  isStored = true;
  // Next.js returns what is stored at any age, and goes on storing it if there is a 404 now.
  return entry && entry.expires > Date.now() ? new Response(entry.body, entry) : fetch(request, { cache: "no-store" });
};

function isStorable({ method, headers, url }: Request): boolean {
  // There is no end of what readers search for.
  return method === "GET" && !headers.has("Authorization") && !new URL(url).searchParams.has("q");
}

/** Return what to store of a response; null if it is no public one. */
async function entryOf(response: Response): Promise<Entry | null> {
  const control = response.headers.get("Cache-Control") ?? "";
  const maxAge = Number(/\bmax-age=(\d+)/.exec(control)?.[1] ?? 0);
  const seconds = maxAge - Number(response.headers.get("Age") ?? 0);
  if (response.status !== 200 || !/\bpublic\b/.test(control) || !(seconds > 0)) return null;
  return { body: await response.text(), headers: [...response.headers], expires: Date.now() + seconds * 1000 };
}

/**
 * Return a route handler for the webhooks of the site: the next request of each page reads the API anew.
 * Secrets are in a list or separated by spaces; a malformed one is a `TypeError` at once, and none rejects all.
 */
export function webhookRoute(secrets: string | readonly string[]): (request: Request) => Promise<Response> {
  keysOf(secrets);
  return async (request) => {
    try {
      await verifyWebhook(request, secrets);
    } catch (error) {
      if (!(error instanceof WebhookError)) throw error;
      return new Response(error.message, { status: 400 });
    }
    revalidateTag(TAG, { expire: 0 });
    return new Response(null, { status: 204 });
  };
}
