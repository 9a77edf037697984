// The pages that are rendered per request.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { createDigest } from "digest-client";

import { Frontend } from "./frontend.ts";
import { control, cutOff, type Fault, hanging, limited, Proxy, SITE } from "./site.ts";

const proxy = new Proxy();
let frontend: Frontend;

before(async () => {
  const url = await proxy.start();
  frontend = await Frontend.start({ DIGEST_API: `${url}/api/v1/`, NUM_PROXIES: "1" });
});

after(async () => {
  await frontend.remove();
  proxy.stop();
});

async function textOf(path: string, status = 200): Promise<string> {
  const response = await frontend.get(path);
  assert.equal(response.status, status, path);
  return response.text();
}

function submit(fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
  return frontend.get("/subscribe/signals/", { method: "POST", body: new URLSearchParams(fields), headers });
}

test("a search shows highlights and filters, and is not for search engines", async () => {
  const page = await textOf("/search/?q=grid");
  assert.match(page, /<title>grid · Search/);
  assert.match(page, /<mark>grid<\/mark>/);
  assert.match(page, /href="\?q=grid&amp;digest=signals"/);
  assert.match(page, /name="robots" content="noindex"/);
});

test("a misspelt word is corrected, and can be searched for as it is", async () => {
  const page = await textOf("/search/?q=gird");
  assert.match(page, /Showing results for <strong><bdi>grid/);
  assert.match(page, /href="\?q=gird&amp;correct=false"/);
  assert.doesNotMatch(await textOf("/search/?q=gird&correct=false"), /Showing results for/);
});

test("an outdated cursor and filters that are not valid are left out", async () => {
  const results = /<h2 class="digest-label">[^]*?<\/h2>/;
  const [found] = (await textOf("/search/?q=grid")).match(results) ?? [];
  for (const wrong of ["cursor=garbage", "year=abc", "order=x", "digest=%20", "year=99999&cursor=x"]) {
    assert.equal((await textOf(`/search/?q=grid&${wrong}`)).match(results)?.[0], found, wrong);
  }
});

test("a query that is too long says so, and one of too many words", async () => {
  assert.match(await textOf(`/search/?q=${"a".repeat(201)}`, 400), /at most 200 characters/);
  assert.match(await textOf(`/search/?q=${Array.from({ length: 25 }, (_, n) => `w${n}`).join("+")}`, 400), /at most 20\./);
});

test("no results are a page with advice", async () => {
  assert.match(await textOf("/search/?q=zzzzqqq&tag=energy"), /Search without filters/);
  assert.match(await textOf("/search/?q=%3Cb%3E%22"), /value="&lt;b&gt;&quot;"|value="&#60;b&#62;&#34;"|value="<b>&quot;"/);
});

test("a draft is shown to who has its token, and never stored", async () => {
  const { token, title } = await control("preview");
  const response = await frontend.get(`/preview/${token}/`);
  const page = await response.text();
  assert.equal(response.status, 200);
  assert.ok(page.includes(title));
  assert.match(page, /data-digest-source="\/headline"/);
  assert.match(page, /id="digest-field-map">\{"/);
  assert.ok(!page.includes(token));
  assertPreviewHeaders(response);
});

test("a redirect to a preview has the headers of one, and so has an error", async () => {
  const redirect = await frontend.get("/preview/secret?x=1");
  assert.equal(redirect.headers.get("Location"), "/preview/secret/?x=1");
  assertPreviewHeaders(redirect);
  const garbled: Fault = (_, outgoing) => outgoing.writeHead(200, { "Content-Type": "application/json" }).end('{"id": 1}');
  const error = await proxy.during(/\/preview\//, garbled, () => frontend.get("/preview/secret/"));
  assert.equal(error.status, 500);
  assertPreviewHeaders(error);
});

test("a token that has expired or never was has a page, with the same headers", async () => {
  const { token } = await control("preview", { is_expired: true });
  for (const path of [`/preview/${token}/`, "/preview/nothing/", `/preview/${"x".repeat(3_000)}/`, "/%70review/nothing/"]) {
    const response = await frontend.get(path);
    assert.equal(response.status, 404, path);
    assert.match(await response.text(), /This preview has ended/);
    assertPreviewHeaders(response);
  }
  assert.ok(!frontend.output.includes(token));
});

function assertPreviewHeaders({ headers }: Response): void {
  assert.equal(headers.get("Cache-Control"), "private, no-store");
  assert.equal(headers.get("Referrer-Policy"), "no-referrer");
  assert.match(headers.get("X-Robots-Tag") ?? "", /noindex/);
  assert.match(headers.get("Content-Security-Policy") ?? "", /script-src 'self' http:[^ ]*\/static\/;.* frame-ancestors http/);
  assert.equal(headers.get("Set-Cookie"), null);
}

test("a sign-up has one response for all addresses", async () => {
  for (const email of ["reader@example.org", "reader@example.org", "other@example.org"]) {
    const response = await submit({ email, website: "" });
    assert.equal(response.status, 303);
    assert.equal(response.headers.get("Location"), "/subscribe/signals/sent/");
  }
  assert.match(await textOf("/subscribe/signals/sent/"), /Check your inbox/);
});

test("an address that is not valid is an error beside the field, and stays in it", async () => {
  const response = await submit({ email: "no address" });
  const page = await response.text();
  assert.equal(response.status, 400);
  assert.match(page, /value="no address"[^>]*aria-invalid="true"[^>]*aria-describedby="sign-up-signals-error"/);
});

test("the site counts a sign-up for the address that our proxy has seen", async () => {
  proxy.take();
  await submit({ email: "third@example.org" }, { "X-Forwarded-For": "203.0.113.9, 198.51.100.7" });
  const sent = proxy.take().find(({ method }) => method === "POST");
  assert.equal(sent?.headers["x-forwarded-for"], "198.51.100.7");
});

test("other requests count for that address, too", async () => {
  const paths: [string, RegExp][] = [["/search/?q=grid", /\/search\//], ["/nothing/", /\/pages\//], ["/preview/abc/", /\/preview\//]];
  for (const [path, read] of paths) {
    proxy.take();
    await frontend.get(path, { headers: { "X-Forwarded-For": "203.0.113.9, 198.51.100.7" } });
    const sent = proxy.take().find((logged) => read.test(logged.path));
    assert.equal(sent?.headers["x-forwarded-for"], "198.51.100.7", path);
  }
});

test("a rate limit of the site is one here, at once", async () => {
  const start = performance.now();
  const response = await proxy.during(/\/search\//, limited, () => frontend.get("/search/?q=grid"));
  assert.equal(response.status, 429);
  assert.equal(response.headers.get("Retry-After"), "30");
  assert.match(await response.text(), /Too many requests/);
  assert.ok(performance.now() - start < 3_000);
});

test("a site that does not respond is a 503 after five seconds", async () => {
  const start = performance.now();
  const response = await proxy.during(/\/api\/v1\//, hanging, () => frontend.get("/search/?q=grid"));
  assert.equal(response.status, 503);
  assert.ok(performance.now() - start < 8_000);
});

test("a form of another site is rejected", async () => {
  proxy.take();
  const others: Record<string, string>[] = [{ "Sec-Fetch-Site": "cross-site" }, { Origin: "https://evil.example" }, { Origin: "null" }];
  for (const headers of others) assert.equal((await submit({ email: "x@example.org" }, headers)).status, 403);
  assert.deepEqual(proxy.take().filter(({ method }) => method === "POST"), []);
});

test("a digest without a newsletter has no form", async () => {
  await textOf("/subscribe/nothing/", 404);
});

test("what cannot be a page is a 404, and leads nowhere else", async () => {
  const paths = ["/%ZZ/", "/%FF/", "/%00/", "//evil.example/", "//evil.example", "/%5cevil.example", `/${"a".repeat(5_000)}/`];
  for (const path of paths) {
    const response = await frontend.get(path);
    const target = new URL(response.headers.get("Location") ?? "/", frontend.url);
    assert.equal(target.origin, frontend.url, path);
    if (response.status !== 301) assert.equal(response.status, 404, path);
  }
});

test("a path without a page is the page of errors, which helps", async () => {
  const page = await textOf("/nothing/", 404);
  assert.match(page, /action="\/search\/"/);
  assert.match(page, /href="\/signals\/"/);
  assert.equal((await frontend.get("/nothing/", { method: "HEAD" })).status, 404);
  assert.equal(await textOf("/_astro/old.css", 404), "Not found\n");
});

test("a path without its last slash is a redirect to the page", async () => {
  const response = await frontend.get("/signals?x=1");
  assert.equal(response.status, 301);
  assert.equal(response.headers.get("Location"), "/signals/?x=1");
});

test("an issue that is newer than the build is shown", async () => {
  await frontend.rest();
  const pages = await proxy.during(/\/changes\//, cutOff, async () => {
    let made = "";
    for (let seed = 1; made !== "publish"; seed++) made = await control("change", { seed });
    const { results } = await createDigest({ baseUrl: `${SITE}/api/v1/` }).issues({ fields: ["url", "headline"] }).page();
    return Promise.all(results.map(async ({ url, headline }) => ({ headline, page: await textOf(new URL(url).pathname) })));
  });
  for (const { headline, page } of pages) assert.ok(page.includes(headline));
  assert.ok(pages.some(({ page }) => !page.includes("text/markdown")), "no page was rendered per request");
});
