// A built Next.js app (test/next/) in a process of its own, which reads the site through the proxy.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { after, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";

import { createDigest } from "digest-client";

import { API, control, startProxy } from "./site.ts";

const APP = new URL("next/", import.meta.url).pathname;
const NEXT = new URL("../node_modules/next/dist/bin/next", import.meta.url).pathname;
const EVENT = JSON.stringify({ type: "issue.updated", timestamp: "2026-11-30T06:00:00Z", data: { id: 13 } });
const run = promisify(execFile);

const proxy = await startProxy();
const env: NodeJS.ProcessEnv = {
  ...process.env,
  NODE_ENV: "production",
  NEXT_TELEMETRY_DISABLED: "1",
  DIGEST_API: proxy.url,
  DIGEST_WEBHOOK_SECRET: (await sign()).secrets[0],
};
const { stdout } = await run(process.execPath, [NEXT, "build", APP], { env });
const app = await start();

async function start() {
  const clock = new URL("next/clock.mjs", import.meta.url).href;
  const args = ["--import", clock, NEXT, "start", APP, "--port", "0", "--hostname", "127.0.0.1"];
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit", "ipc"] });
  after(() => child.kill());
  assert(child.stdout);
  for (let text = ""; ; ) {
    const [data] = await once(child.stdout, "data");
    text += data;
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0];
    if (url && text.includes("Ready")) return { url, wait: (seconds: number) => setAhead(child, seconds) };
  }
}

async function setAhead(child: ChildProcess, seconds: number): Promise<void> {
  const isSet = once(child, "message");
  child.send({ seconds });
  await isSet;
}

async function sign() {
  return control("sign", { text: EVENT, timestamp: Math.floor(Date.now() / 1000), nonces: ["next"] });
}

async function sendWebhook(changes: Record<string, string> = {}): Promise<number> {
  const { headers } = await sign();
  const init = { method: "POST", body: EVENT, headers: { ...headers, ...changes } };
  return (await fetch(`${app.url}/webhooks`, init)).status;
}

/** Get a page of the app, and what it has requested for that. */
async function get(path: string) {
  await proxy.fail();
  const response = await fetch(app.url + path, { redirect: "manual" });
  const text = await response.text();
  const requests = (await proxy.log()).length;
  return { status: response.status, text, requests, location: response.headers.get("Location") };
}

async function addIssue() {
  const issue = await createDigest({ baseUrl: API }).issue(await control("add_issue"));
  assert(issue);
  return issue;
}

/** Return whether the app requests something, which it may do after its response. */
async function isRequested(): Promise<boolean> {
  for (let attempt = 0; attempt < 40; attempt++) {
    if ((await proxy.log()).length) return true;
    await setTimeout(50);
  }
  return false;
}

async function countStored(): Promise<number> {
  return (await readdir(new URL("next/.next/cache/fetch-cache/", import.meta.url))).length;
}

test("pages are rendered for each request", () => {
  assert.match(stdout, /ƒ \/\[slug\]/);
  assert.match(stdout, /ƒ \/\n/);
});

test("a page is rendered again without a request", async () => {
  const { slug, headline } = await addIssue();
  const first = await get(`/${slug}`);
  assert.deepEqual([first.status, first.requests], [200, 1]);
  assert(first.text.includes(headline));
  const second = await get(`/${slug}`);
  assert.deepEqual([second.status, second.requests], [200, 0]);
  assert(second.text.includes(headline));
});

test("half a minute later it is still served, and requested for the next reader", async () => {
  const { slug } = await addIssue();
  await get(`/${slug}`);
  await app.wait(31);
  assert.equal((await get(`/${slug}`)).status, 200);
  do {
    await app.wait(31);
    assert.equal((await get(`/${slug}`)).status, 200);
  } while (!(await isRequested())); // not while another request for it is under way
});

test("without a webhook, what was unpublished is gone within a minute", async () => {
  const { id, slug, headline } = await addIssue();
  await get(`/${slug}`);
  await get("/");
  await control("unpublish_issue", { id });
  await app.wait(60);
  for (let request = 0; request < 3; request++) assert.equal((await get(`/${slug}`)).status, 404);
  assert(!(await get("/")).text.includes(headline));
});

test("with a webhook, it is gone at once", async () => {
  const { id, slug, headline } = await addIssue();
  await get(`/${slug}`);
  await get("/");
  await control("unpublish_issue", { id });
  assert.equal((await get(`/${slug}`)).status, 200);
  assert.equal(await sendWebhook(), 204);
  assert.equal((await get(`/${slug}`)).status, 404);
  assert(!(await get("/")).text.includes(headline));
});

test("a renamed issue is a redirect with a Location", async () => {
  const { id, slug } = await addIssue();
  await get(`/${slug}`);
  await control("rename_issue", { id, slug: `new-${slug}` });
  await sendWebhook();
  for (let request = 0; request < 2; request++) {
    const { status, location } = await get(`/${slug}`);
    assert.deepEqual([status, location], [308, `/new-${slug}`]);
  }
});

test("a webhook with a wrong signature changes nothing", async () => {
  const { slug } = await addIssue();
  await get(`/${slug}`);
  assert.equal(await sendWebhook({ "webhook-signature": "v1,AAAA" }), 400);
  assert.equal((await get(`/${slug}`)).requests, 0);
});

test("neither drafts nor searches nor unknown URLs are stored", async () => {
  const { token, title } = await control("preview");
  const before = await countStored();
  for (let request = 0; request < 2; request++) {
    const preview = await get(`/preview/${token}`);
    assert(preview.text.includes(title));
    assert.equal(preview.requests, 1);
    assert.equal((await get("/search?q=grid")).requests, 1);
    assert.equal((await get("/unknown")).requests, 1);
  }
  await get(`/${(await addIssue()).slug}`);
  while ((await countStored()) === before) await setTimeout(50);
  assert.equal(await countStored(), before + 1);
});
