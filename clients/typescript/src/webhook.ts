import type { components } from "./schema.js";
import { decode, keysOf } from "./secrets.js";

/** The body of a webhook; its `type` says what is in `data`. */
export type WebhookEvent = components["schemas"]["WebhookEvent"];

const TOLERANCE = 5 * 60; // seconds
const LIMIT = 64 * 1024; // bytes of a body, more than any event has

/** A request that is not from the site, or is too old. */
export class WebhookError extends Error {
  override readonly name = "WebhookError";
}

/**
 * Return the event of a webhook (Standard Webhooks 1.0.0), or throw a `WebhookError`. Pass secrets
 * in a list or separated by spaces: after one was rotated, the old one, too. One that is malformed
 * is a `TypeError`. The request must not have been read.
 */
export async function verifyWebhook(
  request: Request,
  secrets: string | readonly string[],
): Promise<WebhookEvent> {
  const keys = keysOf(secrets);
  const id = headerOf(request, "webhook-id");
  const timestamp = headerOf(request, "webhook-timestamp");
  const signatures = signaturesOf(headerOf(request, "webhook-signature"));
  if (!isRecent(timestamp)) throw new WebhookError("The timestamp is more than five minutes away.");
  const body = await read(request);
  const signed = concat([new TextEncoder().encode(`${id}.${timestamp}.`), body]);
  for (const bytes of keys) {
    const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
    for (const signature of signatures) {
      if (await crypto.subtle.verify("HMAC", key, signature, signed)) return parse(body);
    }
  }
  throw new WebhookError("No signature matches.");
}

function headerOf(request: Request, name: string): string {
  const value = request.headers.get(name);
  if (!value) throw new WebhookError(`The header ${name} is missing.`);
  return value;
}

function isRecent(timestamp: string): boolean {
  return /^\d+$/.test(timestamp) && Math.abs(Date.now() / 1000 - Number(timestamp)) <= TOLERANCE;
}

function signaturesOf(header: string): Uint8Array<ArrayBuffer>[] {
  const known = header.split(" ").filter((signature) => signature.startsWith("v1,"));
  return known.map((signature) => decode(signature.slice(3))).filter((bytes) => bytes !== null);
}

/** Read the body, and stop when it is too large: anybody can send one. */
async function read(request: Request): Promise<Uint8Array> {
  const reader = request.body?.getReader();
  const chunks: Uint8Array[] = [];
  for (let size = 0; ; ) {
    const { value } = (await reader?.read()) ?? {};
    if (!value) return concat(chunks);
    size += value.length;
    if (size > LIMIT) {
      await reader?.cancel();
      throw new WebhookError("The body is larger than 64 kB.");
    }
    chunks.push(value);
  }
}

function concat(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let place = 0;
  for (const chunk of chunks) {
    whole.set(chunk, place);
    place += chunk.length;
  }
  return whole;
}

/** The signature vouches for the type: the site has made the body as its schema says. */
function parse(body: Uint8Array): WebhookEvent {
  return JSON.parse(new TextDecoder().decode(body));
}
