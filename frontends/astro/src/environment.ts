// What the environment sets, at build time and when the server runs. The README has a table.
const { env } = process;

/** The API of the site, as this server reaches it. */
export const api = env["DIGEST_API"] || "http://127.0.0.1:8000/api/v1/";

/** The origin of the site, as browsers reach it: of the admin, of images and of suggestions. */
export const cms = new URL(env["DIGEST_CMS"] || api).origin;

/** The secrets of the webhook, separated by spaces: two after a rotation. */
export const secrets = (env["DIGEST_WEBHOOK_SECRET"] ?? "").split(/\s+/).filter(Boolean);

export function isSecret(text: string): boolean {
  return /^(whsec_)?([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)$/.test(text);
}

/** The sequence of the change that a build has to include. */
export const at = Number(env["DIGEST_AT"]) || undefined;

/** Whether pages are built, and not rendered for visitors. */
export const isBuild = env["DIGEST_AT"] !== undefined;

/** How many proxies are in front of this server: whose `X-Forwarded-For` to trust. */
export const proxies = Number(env["NUM_PROXIES"]) || 0;

/** Where this server listens. */
export const host = env["HOST"] || "127.0.0.1";
export const port = Number(env["PORT"]) || 4321;
