import assert from "node:assert/strict";
import { test } from "node:test";

import { createDigest, DigestError } from "digest-client";

import { control, startProxy } from "./site.ts";

const PUBLISHING = 1; // a change by this seed publishes an issue

const proxy = await startProxy();
const digest = createDigest({ baseUrl: proxy.url });
const busy = (seconds: number, status = 503) => ({ status, headers: { "Retry-After": `${seconds}` } });

async function requests(): Promise<number> {
  return (await proxy.log()).length;
}

for (const fault of ["reset", "cut", busy(0), busy(0, 429)] as const) {
  test(`GET is repeated twice after ${JSON.stringify(fault)}`, async () => {
    await proxy.fail(fault, fault);
    assert(await digest.site());
    assert.equal(await requests(), 3);
  });

  test(`the third ${JSON.stringify(fault)} is an error`, async () => {
    await proxy.fail(fault, fault, fault);
    const status = typeof fault === "object" ? fault.status : 0;
    await assert.rejects(digest.site(), { name: "DigestError", status });
    assert.equal(await requests(), 3);
  });
}

test("other errors are not repeated", async () => {
  await proxy.fail({ status: 500 });
  await assert.rejects(digest.site(), { status: 500 });
  assert.equal(await requests(), 1);
});

test("who should wait for an hour does not", async () => {
  await proxy.fail(busy(3600));
  await assert.rejects(digest.site(), { status: 503 });
  assert.equal(await requests(), 1);
});

test("POST is not repeated", async () => {
  await proxy.fail("reset");
  await assert.rejects(digest.subscribe({ digest: "signals", email: "a@example.org" }), DigestError);
  assert.equal(await requests(), 1);
});

test("a silent site is asked again, after ten seconds", { timeout: 120_000 }, async () => {
  await proxy.fail("silence");
  assert(await digest.site());
  assert.equal(await requests(), 2);
});

for (const fault of ["silence", busy(20)] as const) {
  test(`a signal ends a request that waits for ${JSON.stringify(fault)}`, async () => {
    await proxy.fail(fault);
    const stop = new AbortController();
    const found = digest.site({ signal: stop.signal });
    while ((await requests()) < 1);
    stop.abort(new Error("Enough"));
    await assert.rejects(found, { message: "Enough" });
    assert.equal(await requests(), 1);
  });
}

test("with a cache, a 304 returns the same object", async () => {
  const caching = createDigest({ baseUrl: proxy.url, cache: true });
  await proxy.fail();
  const first = await caching.issue({ digest: "signals", latest: true });
  assert.equal(await caching.issue({ digest: "signals", latest: true }), first);
  const [, second] = await proxy.log();
  assert(second?.headers["if-none-match"]);
  assert.notEqual(await caching.issue({ digest: "kerbside", latest: true }), first);
});

test("without a cache, every response is a new object", async () => {
  assert.notEqual(await digest.site(), await digest.site());
});

test("what has changed replaces what was cached", async () => {
  const caching = createDigest({ baseUrl: proxy.url, cache: true });
  const list = caching.issues({ limit: 1, count: true });
  const before = await list.page();
  await control("change", { seed: PUBLISHING });
  const after = await list.page();
  assert.notEqual(after.count, before.count);
  assert.equal(await list.page(), after);
});

test("previews and the feed of changes are not cached", async () => {
  const { token } = await control("preview");
  const { api, preview } = createDigest({ baseUrl: proxy.url, cache: true });
  await proxy.fail();
  for (const _ of [1, 2]) {
    await preview(token);
    await api.GET("/changes/");
  }
  assert.deepEqual((await proxy.log()).filter(({ headers }) => headers["if-none-match"]), []);
});

test("the cache forgets what was unused longest", async () => {
  const { api } = createDigest({ baseUrl: proxy.url, cache: true });
  const read = (limit: number, count: boolean) => api.GET("/tags/", { params: { query: { limit, count } } });
  for (let limit = 1; limit <= 100; limit++) await Promise.all([read(limit, true), read(limit, false)]);
  await read(1, true);
  await api.GET("/"); // one more than there is room for
  await proxy.fail();
  for (const count of [true, false]) await read(1, count);
  const conditional = (await proxy.log()).map(({ headers }) => Boolean(headers["if-none-match"]));
  assert.deepEqual(conditional, [true, false]);
});
