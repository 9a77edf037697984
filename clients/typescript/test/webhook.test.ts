import assert from "node:assert/strict";
import { test } from "node:test";

import { webhookRoute } from "digest-client/next";
import { verifyWebhook, WebhookError } from "digest-client/webhook";
import { Webhook } from "standardwebhooks";

import { control } from "./site.ts";

const TEXT = JSON.stringify({ type: "issue.published", timestamp: "2026-11-30T06:00:00Z", data: { id: 13, digest: "Zürich" } });
const now = () => Math.floor(Date.now() / 1000);
const URL = "https://www.example.com/webhooks/";

interface Signed {
  request: (changes?: { body?: string | Uint8Array<ArrayBuffer>; headers?: Record<string, string> }) => Request;
  secrets: string[];
}

/** Have the plugin sign a text. */
async function signed(timestamp = now(), nonces = ["nonce"]): Promise<Signed> {
  const { headers, secrets } = await control("sign", { text: TEXT, timestamp, nonces });
  return {
    secrets,
    request: (changes) =>
      new Request(URL, { method: "POST", body: changes?.body ?? TEXT, headers: { ...headers, ...changes?.headers } }),
  };
}

test("an event of the plugin is returned", async () => {
  const { request, secrets } = await signed();
  assert.deepEqual(await verifyWebhook(request(), secrets), JSON.parse(TEXT));
  assert.deepEqual(await verifyWebhook(request(), secrets[0] ?? ""), JSON.parse(TEXT));
});

test("an event that an independent library signs is returned", async () => {
  const { secrets } = await signed();
  const date = new Date();
  const signature = new Webhook(secrets[0] ?? "").sign("msg_2", date, TEXT);
  const headers = { "webhook-id": "msg_2", "webhook-timestamp": `${now()}`, "webhook-signature": signature };
  assert(await verifyWebhook(new Request(URL, { method: "POST", body: TEXT, headers }), secrets));
});

test("after a rotation, either secret is enough", async () => {
  const { request, secrets } = await signed(now(), ["new", "old"]);
  assert.equal(new Set(secrets).size, 2);
  for (const secret of secrets) assert(await verifyWebhook(request(), secret));
  const old = await signed(now(), ["old"]);
  assert(await verifyWebhook(old.request(), secrets));
  assert(await verifyWebhook(old.request(), ` ${secrets.join(" ")}\n`));
});

test("another secret is refused", async () => {
  const { request } = await signed();
  const { secrets } = await signed(now(), ["other"]);
  await assert.rejects(verifyWebhook(request(), secrets), WebhookError);
  for (const none of [[], [""], ""]) await assert.rejects(verifyWebhook(request(), none), WebhookError);
});

test("any changed byte is refused", async () => {
  const { request, secrets } = await signed();
  const bytes = new TextEncoder().encode(TEXT);
  for (const place of bytes.keys()) {
    const body = bytes.slice();
    body[place] = (body[place] ?? 0) ^ 1;
    await assert.rejects(verifyWebhook(request({ body }), secrets), WebhookError);
  }
});

test("the id and the time are signed, too", async () => {
  const { request, secrets } = await signed();
  for (const headers of [{ "webhook-id": "msg_3" }, { "webhook-timestamp": `${now() + 2}` }]) {
    await assert.rejects(verifyWebhook(request({ headers }), secrets), WebhookError);
  }
});

for (const [seconds, isValid] of [[-299, true], [-310, false], [290, true], [310, false]] as const) {
  test(`a timestamp of ${seconds} seconds is ${isValid ? "valid" : "refused"}`, async () => {
    const { request, secrets } = await signed(now() + seconds);
    const event = verifyWebhook(request(), secrets);
    await (isValid ? assert.doesNotReject(event) : assert.rejects(event, WebhookError));
  });
}

for (const name of ["webhook-id", "webhook-timestamp", "webhook-signature"]) {
  test(`a request without ${name} is refused`, async () => {
    const { request, secrets } = await signed();
    await assert.rejects(verifyWebhook(request({ headers: { [name]: "" } }), secrets), WebhookError);
  });
}

test("signatures that are no Base64 or of another version are refused", async () => {
  const { request, secrets } = await signed();
  const right = request().headers.get("webhook-signature") ?? "";
  for (const signature of ["v1,", "v1,%%%", "v2,AAAA", right.replace("v1,", "v1a,"), "nonsense"]) {
    await assert.rejects(verifyWebhook(request({ headers: { "webhook-signature": signature } }), secrets), WebhookError);
  }
});

test("no message has the secret", async () => {
  const { request } = await signed();
  await assert.rejects(verifyWebhook(request(), "whsec_%%%secret"), (error: Error) => !error.message.includes("%%%"));
});

/** A body without an end; `chunks` counts what was read of it. */
function endless() {
  const found = { chunks: 0, isCancelled: false };
  const body = new ReadableStream({
    pull: (controller) => {
      found.chunks++;
      controller.enqueue(new Uint8Array(1024));
    },
    cancel: () => void (found.isCancelled = true),
  });
  return { body, found };
}

function stream(body: ReadableStream, headers: Headers): Request {
  const init = { method: "POST", body, headers, duplex: "half" }; // not in the types of the DOM
  return new Request(URL, init);
}

test("a body of 100 kB is refused, however it is signed", async () => {
  const body = "x".repeat(100_000);
  const { headers, secrets } = await control("sign", { text: body, timestamp: now(), nonces: ["nonce"] });
  const request = new Request(URL, { method: "POST", body, headers });
  await assert.rejects(verifyWebhook(request, secrets), { name: "WebhookError", message: /64 kB/ });
});

test("a body is read to the limit, and not at all if a header is wrong", async () => {
  const { request, secrets } = await signed();
  const { body, found } = endless();
  await assert.rejects(verifyWebhook(stream(body, request().headers), secrets), { message: /64 kB/ });
  assert(found.isCancelled && found.chunks < 70);
  for (const headers of [{ "webhook-timestamp": "1" }, { "webhook-id": "" }, { "webhook-signature": "" }]) {
    const unread = stream(endless().body, request({ headers }).headers);
    await assert.rejects(verifyWebhook(unread, secrets), WebhookError);
    assert(!unread.bodyUsed);
  }
});

test("an event that comes in pieces is returned", async () => {
  const { request, secrets } = await signed();
  const pieces = [...new TextEncoder().encode(TEXT)].map((byte) => Uint8Array.of(byte));
  const body = new ReadableStream({ start: (controller) => (pieces.forEach((piece) => controller.enqueue(piece)), controller.close()) });
  assert.deepEqual(await verifyWebhook(stream(body, request().headers), secrets), JSON.parse(TEXT));
});

test("a route with a malformed secret cannot be made, and one without a secret rejects all", async () => {
  assert.throws(() => webhookRoute("whsec_%%%"), TypeError);
  const { request } = await signed();
  for (const none of ["", [""], []]) assert.equal((await webhookRoute(none)(request())).status, 400);
});
