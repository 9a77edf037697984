// The loader with a store as that of Astro. The reference frontend runs it in Astro itself.
import assert from "node:assert/strict";
import { test } from "node:test";

import { createDigest, DigestError } from "digest-client";
import { issueLoader } from "digest-client/astro";
import type { ExtraField, LoaderOptions } from "digest-client/astro";

import type { Fault } from "./faults.ts";
import { control, startProxy } from "./site.ts";

const proxy = await startProxy();
const digest = createDigest({ baseUrl: proxy.url });

/** What Astro keeps of a collection from one build to the next. */
class Collection {
  readonly entries = new Map<string, Record<string, unknown>>();
  readonly calls: string[] = [];
  readonly logged: string[] = [];
  readonly store = {
    set: ({ id, data }: { id: string; data: Record<string, unknown> }) => {
      this.calls.push(`set ${id}`);
      this.entries.set(id, data);
    },
    delete: (id: string) => {
      this.calls.push(`delete ${id}`);
      this.entries.delete(id);
    },
    clear: () => {
      this.calls.push("clear");
      this.entries.clear();
    },
  };
  readonly meta = new Map<string, string>();
  readonly logger = { info: (message: string) => this.logged.push(message) };

  /** Load as a build does; return the paths that were requested. */
  async load<const Field extends ExtraField = never>(options: Partial<LoaderOptions<Field>> = {}) {
    this.calls.length = 0;
    await proxy.fail();
    await issueLoader({ baseUrl: proxy.url, ...options }).load(this);
    return (await proxy.log()).map(({ url }) => new URL(url, proxy.url).pathname.replace("/api/v1", ""));
  }
}

async function listed(): Promise<Map<string, unknown>> {
  const found = new Map<string, unknown>();
  for await (const issue of digest.issues({ include: "body", limit: 100 })) found.set(String(issue.id), issue);
  return found;
}

async function assertComplete({ entries }: Collection): Promise<void> {
  const sorted = (issues: Map<string, unknown>) => [...issues].sort(([first], [second]) => Number(first) - Number(second));
  assert.deepEqual(sorted(entries), sorted(await listed()));
}

async function loaded(): Promise<Collection> {
  const collection = new Collection();
  await collection.load();
  return collection;
}

function someId({ entries }: Collection): number {
  const [id] = entries.keys();
  return Number(id);
}

test("the first build loads all issues, in one request", async () => {
  const collection = new Collection();
  assert.deepEqual(await collection.load(), ["/changes/"]);
  await assertComplete(collection);
  assert.deepEqual(collection.logged, [`${collection.entries.size} changes`]);
});

test("a build without changes stores nothing", async () => {
  const collection = await loaded();
  assert.deepEqual(await collection.load(), ["/changes/"]);
  assert.deepEqual(collection.calls, []);
});

test("a build after a change loads one issue", async () => {
  const collection = await loaded();
  const id = someId(collection);
  await control("rewrite_issue", { id });
  assert.deepEqual(await collection.load(), ["/changes/"]);
  assert.deepEqual(collection.calls, [`set ${id}`]);
  await assertComplete(collection);
});

test("an issue that was unpublished is deleted", async () => {
  const collection = await loaded();
  const id = someId(collection);
  await control("unpublish_issue", { id });
  await collection.load();
  assert(collection.calls.includes(`delete ${id}`) && !collection.calls.includes("clear"));
  await assertComplete(collection);
});

test("when the feed starts over, so does the collection", async () => {
  const collection = await loaded();
  collection.entries.set("987654", {});
  await control("restart");
  assert.deepEqual(await collection.load(), ["/changes/", "/changes/"]);
  await assertComplete(collection);
});

test("another language is another collection", async () => {
  const collection = await loaded();
  await collection.load({ locale: "fr" });
  assert.equal(collection.entries.size, 0);
  await collection.load();
  await assertComplete(collection);
});

/** Sends pages of five issues, so that a build takes several requests. */
function fetchInPages(request: Request): Promise<Response> {
  const url = new URL(request.url);
  if (url.pathname.endsWith("/changes/")) url.searchParams.set("limit", "5");
  return fetch(new Request(url, request));
}

test("a build that is stopped at any request and goes on has all issues", async () => {
  const options = { fetch: fetchInPages };
  const requests = (await new Collection().load(options)).length;
  assert(requests > 1);
  for (let stop = 0; stop < requests; stop++) {
    const collection = new Collection();
    await proxy.fail(...Array<Fault>(stop).fill("none"), { status: 500 });
    await assert.rejects(issueLoader({ baseUrl: proxy.url, ...options }).load(collection), DigestError);
    await control("change", { seed: 300 + stop });
    await collection.load(options);
    await assertComplete(collection);
  }
});

test("further fields take a request for each issue that has changed", async () => {
  const collection = new Collection();
  const options = { fields: ["seo"] } as const;
  const first = await collection.load(options);
  assert.equal(first.length, 2 + collection.entries.size);
  const id = someId(collection);
  assert.deepEqual(collection.entries.get(`${id}`)?.["seo"], (await digest.issue(id))?.seo);
  await control("rewrite_issue", { id });
  assert.deepEqual(await collection.load(options), ["/site/", "/changes/", `/issues/${id}/`]);
  assert.deepEqual(collection.entries.get(`${id}`)?.["seo"], (await digest.issue(id))?.seo);
});

/** Like a cache that never asks for a newer response. */
function cachedFetch(): (request: Request) => Promise<Response> {
  const responses = new Map<string, Response>();
  return async (request) => {
    if (!request.url.includes("/issues/")) return fetch(request);
    const response = responses.get(request.url) ?? (await fetch(request));
    responses.set(request.url, response);
    return response.clone();
  };
}

test("further fields are those of the change, behind any cache", async () => {
  const collection = new Collection();
  const options = { fields: ["seo"], fetch: cachedFetch() } as const;
  await collection.load(options);
  const id = someId(collection);
  await control("rewrite_issue", { id });
  await collection.load(options);
  assert.deepEqual(collection.entries.get(`${id}`)?.["seo"], (await digest.issue(id))?.seo);
});

test("with further fields, a change of the menu does not load all issues again", async () => {
  const collection = new Collection();
  const options = { fields: ["seo"] } as const;
  const first = await collection.load(options);
  const before = (await digest.site())?.navigation;
  await control("toggle_menu", { slug: "signals" });
  assert.notDeepEqual((await digest.site())?.navigation, before);
  // The feed may repeat issues that depend on the page: they are requested, and no others.
  const requested = await collection.load(options);
  assert.ok(requested.length < first.length && !collection.calls.includes("clear"));
  const repeated = collection.calls.map((call) => `/issues/${call.replace("set ", "")}/`);
  assert.deepEqual(requested, ["/site/", "/changes/", ...repeated]);
});

test("with further fields, a change of a digest loads all issues again", async () => {
  const collection = new Collection();
  const options = { fields: ["seo"] } as const;
  const first = await collection.load(options);
  await control("rewrite_digest", { slug: "signals" });
  assert.equal((await collection.load(options)).length, first.length);
});
