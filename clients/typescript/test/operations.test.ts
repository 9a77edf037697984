import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { createDigest } from "digest-client";

import { API, control } from "./site.ts";

interface Outcome {
  data?: unknown;
  error?: unknown;
  response: Response;
}

const METHODS = ["get", "post", "put", "patch", "delete"];
const { api } = createDigest({ baseUrl: API });
const document = JSON.parse(readFileSync(new URL("../schema.json", import.meta.url), "utf8"));

/** Return the operations of the document by a method, as `GET /issues/`. */
function documented(isWanted: (method: string) => boolean): string[] {
  const found = Object.entries<object>(document.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => [method, path] as const),
  );
  const wanted = found.filter(([method]) => METHODS.includes(method) && isWanted(method));
  return wanted.map(([method, path]) => `${method.toUpperCase()} ${path}`).sort();
}

async function assertWork(operations: Record<string, () => Promise<Outcome>>): Promise<void> {
  for (const [name, request] of Object.entries(operations)) {
    const { data, error, response } = await request();
    assert(response.ok, `${name}: ${response.status} ${JSON.stringify(error)}`);
    assert(data || response.status === 204, name);
  }
}

async function reads(): Promise<Record<string, () => Promise<Outcome>>> {
  const tokens = await control("secrets");
  const { token } = await control("preview");
  const headers = { Authorization: `Bearer ${tokens.key}` };
  const issue = (await api.GET("/issues/latest/")).data;
  const story = (await api.GET("/stories/")).data?.results[0];
  assert(issue?.digest && story);
  const { id, slug } = issue;
  const digest_slug = issue.digest.slug;
  const path = { digest_slug, slug };
  return {
    "GET /": () => api.GET("/"),
    "GET /site/": () => api.GET("/site/"),
    "GET /pages/": () => api.GET("/pages/", { params: { query: { path: "/signals/" } } }),
    "GET /digests/": () => api.GET("/digests/"),
    "GET /digests/{slug}/": () => api.GET("/digests/{slug}/", { params: { path: { slug: digest_slug } } }),
    "GET /digests/{digest_slug}/issues/{slug}/": () =>
      api.GET("/digests/{digest_slug}/issues/{slug}/", { params: { path } }),
    "GET /issues/": () => api.GET("/issues/", { params: { query: { tag: "energy,open-source-ai" } } }),
    "GET /issues/latest/": () => api.GET("/issues/latest/"),
    "GET /issues/{id}/": () => api.GET("/issues/{id}/", { params: { path: { id } } }),
    "GET /issues/{id}.md": () => api.GET("/issues/{id}.md", { params: { path: { id } }, parseAs: "text" }),
    "GET /stories/": () => api.GET("/stories/", { params: { query: { q: "grid" } } }),
    "GET /stories/{block_id}/": () => api.GET("/stories/{block_id}/", { params: { path: { block_id: story.id } } }),
    "GET /sources/": () => api.GET("/sources/", { params: { query: { limit: 1 } } }),
    "GET /tags/": () => api.GET("/tags/", { params: { query: { count: true } } }),
    "GET /tags/{slug}/": () => api.GET("/tags/{slug}/", { params: { path: { slug: "energy" } } }),
    "GET /preview/{token}/": () => api.GET("/preview/{token}/", { params: { path: { token } } }),
    "GET /search/": () => api.GET("/search/", { params: { query: { q: "grid" } } }),
    "GET /search/suggest/": () => api.GET("/search/suggest/", { params: { query: { q: "gri" } } }),
    "GET /confirmations/{token}/": () =>
      api.GET("/confirmations/{token}/", { params: { path: { token: tokens.confirmations } } }),
    "GET /unsubscriptions/{token}/": () =>
      api.GET("/unsubscriptions/{token}/", { params: { path: { token: tokens.unsubscriptions } } }),
    "GET /preferences/{token}/": () => api.GET("/preferences/{token}/", { params: { path: { token: tokens.preferences } } }),
    "GET /submissions/": () => api.GET("/submissions/", { headers }),
    "GET /submissions/{submission_id}/": () =>
      api.GET("/submissions/{submission_id}/", { params: { path: { submission_id: tokens.submission } }, headers }),
    "GET /changes/": () => api.GET("/changes/", { params: { query: { kind: "issue", limit: 1 } } }),
  };
}

function makeText(): string {
  const front = [`title: Lanterns ${randomUUID()}`, "date: 2027-03-01", `slug: ${randomUUID()}`];
  return ["---", ...front, "---", "", "## Lamps that wait", "", "A city dims its lamps.", ""].join("\n");
}

function makeDocument() {
  return { format: "markdown", text: makeText() } as const;
}

/** Each uses tokens of its own, since it may use them up. */
const writes: Record<string, () => Promise<Outcome>> = {
  "POST /digests/{slug}/subscriptions/": () => {
    const reader = { email: `${randomUUID()}@example.org` };
    return api.POST("/digests/{slug}/subscriptions/", { params: { path: { slug: "signals" } }, body: reader });
  },
  "POST /confirmations/{token}/": async () => {
    const { confirmations: token } = await control("secrets");
    return api.POST("/confirmations/{token}/", { params: { path: { token } } });
  },
  "POST /unsubscriptions/{token}/": async () => {
    const { unsubscriptions: token } = await control("secrets");
    return api.POST("/unsubscriptions/{token}/", { params: { path: { token } } });
  },
  "POST /preferences/": () => api.POST("/preferences/", { body: { email: "reader@example.org" } }),
  "DELETE /preferences/{token}/": async () => {
    const { preferences: token } = await control("secrets");
    return api.DELETE("/preferences/{token}/", { params: { path: { token } } });
  },
  "DELETE /preferences/{token}/{slug}/": async () => {
    const { preferences: token } = await control("secrets");
    return api.DELETE("/preferences/{token}/{slug}/", { params: { path: { token, slug: "signals" } } });
  },
  "POST /submissions/": async () => {
    const { key } = await control("secrets");
    const header = { "Idempotency-Key": randomUUID() };
    const body = { digest: "signals", document: makeDocument() };
    return api.POST("/submissions/", { params: { header }, headers: { Authorization: `Bearer ${key}` }, body });
  },
  "PUT /submissions/{submission_id}/": async () => {
    const { key, submission: submission_id } = await control("secrets");
    const params = { path: { submission_id }, header: { "If-Match": "*" } };
    const headers = { Authorization: `Bearer ${key}` };
    return api.PUT("/submissions/{submission_id}/", { params, headers, body: { document: makeDocument() } });
  },
};

test("every operation of the document that reads works", async () => {
  const found = await reads();
  assert.deepEqual(Object.keys(found).sort(), documented((method) => method === "get"));
  await assertWork(found);
});

test("every operation of the document that writes works", async () => {
  assert.deepEqual(Object.keys(writes).sort(), documented((method) => method !== "get"));
  await assertWork(writes);
});

test("a document is sent as it is", async () => {
  const { key } = await control("secrets");
  const { response } = await api.POST("/submissions/", {
    params: { query: { digest: "signals", dry_run: true } },
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "text/markdown" },
    body: makeText(),
    bodySerializer: (text) => text,
  });
  assert.equal(response.status, 200);
});
