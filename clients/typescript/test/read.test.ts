import assert from "node:assert/strict";
import { test } from "node:test";

import { createDigest, DigestError, showBlocks, srcSet, tagsOf } from "digest-client";

import { API, control, SITE, startProxy } from "./site.ts";

const digest = createDigest({ baseUrl: API });

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found = [];
  for await (const item of items) found.push(item);
  return found;
}

test("the site is read", async () => {
  const site = await digest.site();
  assert.deepEqual(site?.digests.map((found) => found.slug).sort(), ["kerbside", "signals"]);
});

test("an issue is found by its slugs, its id and as the latest", async () => {
  const latest = await digest.issue({ digest: "signals", latest: true });
  assert(latest?.digest);
  assert.deepEqual(await digest.issue({ digest: "signals", slug: latest.slug }), latest);
  assert.deepEqual(await digest.issue(latest.id), latest);
});

test("the latest issue is that of the filters", async () => {
  const issue = await digest.issue({ digest: "signals", latest: true, date_to: "2026-11-19" });
  assert.equal(issue?.date, "2026-11-19");
});

test("what is not there is null", async () => {
  assert.equal(await digest.issue(987654), null);
  assert.equal(await digest.issue({ digest: "signals", slug: "nothing" }), null);
  assert.equal(await digest.issue({ digest: "nothing", latest: true }), null);
  assert.equal(await digest.resolve("/nothing/"), null);
});

test("an error has the problem details", async () => {
  const wrong = createDigest({ baseUrl: API, site: "nowhere.example" });
  await assert.rejects(wrong.site(), (error: unknown) => {
    assert(error instanceof DigestError);
    assert.equal(error.status, 400);
    assert.equal(error.problem?.errors?.[0]?.parameter, "site");
    return / site: \w/.test(error.message);
  });
});

test("a 404 that is not from the API is an error", async () => {
  const wrong = createDigest({ baseUrl: `${SITE}/elsewhere/` });
  await assert.rejects(wrong.site(), { name: "DigestError", status: 404, problem: null });
});

test("a list is followed to its end", async () => {
  const all = await digest.issues({ limit: 100 }).page();
  const found = await collect(digest.issues({ limit: 3 }));
  assert(all.results.length > 6);
  assert.deepEqual(found.map((issue) => issue.id), all.results.map((issue) => issue.id));
});

test("pages of a list are read one by one", async () => {
  const issues = digest.issues({ limit: 2, count: true });
  const first = await issues.page();
  const second = await issues.page(first.next);
  assert.equal(first.results.length, 2);
  assert.notDeepEqual(second.results, first.results);
  assert.deepEqual((await issues.page(second.previous)).results, first.results);
  assert(first.count);
});

test("filters, fields and bodies are asked for", async () => {
  const issues = digest.issues({ tag: "energy", digest: "signals", fields: ["slug", "tags"] });
  for (const issue of (await issues.page()).results) {
    assert.deepEqual(Object.keys(issue).sort(), ["slug", "tags"]);
    assert(issue.tags.some((tag) => tag.slug === "energy"));
  }
  const [whole] = (await digest.issues({ include: "body", limit: 1, rich_text: "text" }).page()).results;
  assert.equal(whole?.body[0]?.type, "headline");
});

test("a path leads to an issue, a digest, a page or a redirect", async () => {
  assert.equal((await digest.resolve("/signals/"))?.type, "digest");
  assert.equal((await digest.resolve("/signals/2026-11-20/"))?.type, "issue");
  assert.equal((await digest.resolve("/"))?.type, "page");
});

test("a search finds issues and stories", async () => {
  const found = await digest.search("grid", { digest: "signals", limit: 2 });
  assert(found?.results.length);
  assert.match(found.results[0]?.title.html ?? "", /<mark>/);
});

test("a draft is read with its token", async () => {
  const { token, title } = await control("preview");
  assert.equal((await digest.preview(token))?.title, title);
  const draft = await digest.preview(token, { fields: ["headline"], field_map: true });
  assert.deepEqual(Object.keys(draft ?? {}).sort(), ["field_map", "headline"]);
});

test("an expired token is null, and no message has a token", async () => {
  const { token } = await control("preview", { is_expired: true });
  assert.equal(await digest.preview(token), null);
  const proxy = await startProxy();
  const client = createDigest({ baseUrl: proxy.url });
  for (const fault of ["reset", { status: 500 }] as const) {
    await proxy.fail(fault, fault, fault);
    await assert.rejects(client.preview(token), (error: Error) => {
      return error instanceof DigestError && !JSON.stringify([error, error.stack]).includes(token);
    });
  }
});

test("a reader is signed up", async () => {
  const signup = await digest.subscribe({ digest: "signals", email: "reader@example.org" });
  assert.equal(signup.status, "check_your_inbox");
  const wrong = digest.subscribe({ digest: "signals", email: "reader" });
  await assert.rejects(wrong, { name: "DigestError", status: 400 });
});

test("site, locale and at are added to requests", async () => {
  const proxy = await startProxy();
  const client = createDigest({ baseUrl: proxy.url, site: "127.0.0.1", locale: "en", at: 1 });
  await client.site();
  await client.issue({ digest: "signals", latest: true });
  await client.issues({ limit: 1 }).page();
  const queries = (await proxy.log()).map(({ url }) => new URL(url, SITE).searchParams);
  assert.deepEqual(queries.map((query) => query.get("at")), ["1", "1", "1"]);
  assert.deepEqual(queries.map((query) => query.get("site")), Array(3).fill("127.0.0.1"));
  assert.deepEqual(queries.map((query) => query.get("locale")), [null, "en", "en"]);
});

test("each block is shown by its function, and one of the site by the other", async () => {
  const issue = await digest.issue({ digest: "signals", slug: "2026-11-20" });
  const own = { type: "constructor", id: "1", value: { text: "Ours" } };
  const handlers = {
    headline: () => "headline",
    story_section: (value: { anchor: string }) => value.anchor,
    bottom_line: () => "bottom line",
    sources: () => "sources",
  };
  const shown = showBlocks(issue?.body ?? [], handlers, (block) => block.type);
  assert.deepEqual(shown.slice(0, 2), ["headline", "connect-quickly-slow-down-when-asked"]);
  assert.deepEqual(showBlocks([own], {} as never, (block) => block.type), ["constructor"]);
});

test("a srcset has the renditions of one format", async () => {
  const issue = await digest.issue({ digest: "signals", slug: "2026-11-20" });
  const widths = srcSet(issue?.image ?? null, "webp").match(/\S+\.webp \d+w/g) ?? [];
  const renditions = issue?.image?.renditions.filter(({ format }) => format === "webp");
  assert.equal(widths.length, renditions?.length);
  assert.equal(srcSet(null, "jpeg"), "");
});

test("tags are the surrogate keys of the response", async () => {
  const { data, response } = await digest.api.GET("/digests/{digest_slug}/issues/{slug}/", {
    params: { path: { digest_slug: "signals", slug: "2026-11-19" } },
  });
  assert(data?.previous && data.next);
  assert.deepEqual(tagsOf(data).sort(), response.headers.get("Surrogate-Key")?.split(" "));
});
