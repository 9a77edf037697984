import assert from "node:assert/strict";
import { test } from "node:test";

import { createDigest, DigestError } from "digest-client";
import type { CopiedIssue, Store } from "digest-client";

import { API, control, startProxy } from "./site.ts";
import type { Fault } from "./faults.ts";

const ROUNDS = 25;
const proxy = await startProxy();
const digest = createDigest({ baseUrl: proxy.url });

/** A copy in memory. */
class Copy implements Store {
  readonly issues = new Map<number, CopiedIssue>();
  readonly calls: string[] = [];
  since: string | undefined;
  readonly token = {
    get: () => this.since,
    set: (token: string) => {
      this.calls.push("token");
      this.since = token;
    },
  };

  put(issue: CopiedIssue): void {
    this.calls.push("put");
    this.issues.set(issue.id, issue);
  }

  remove(id: number): void {
    this.calls.push("remove");
    this.issues.delete(id);
  }

  clear(): void {
    this.calls.push("clear");
    this.issues.clear();
  }
}

/** The public issues. The proxy and the site have the same paths, but not the same host. */
async function listed(): Promise<Map<number, unknown>> {
  const found = new Map<number, unknown>();
  const issues = createDigest({ baseUrl: proxy.url }).issues({ include: "body", limit: 100 });
  for await (const issue of issues) found.set(issue.id, issue);
  return found;
}

async function assertComplete(copy: Copy): Promise<void> {
  assert.deepEqual(sorted(copy.issues), sorted(await listed()));
}

function sorted(issues: Map<number, unknown>): unknown[] {
  return [...issues].sort(([first], [second]) => first - second);
}

test("after any change, a copy equals the public issues", async () => {
  await proxy.fail();
  const copy = new Copy();
  for (let seed = 0; seed < ROUNDS; seed++) {
    await digest.sync(copy);
    if (seed % 5 === 0) await assertComplete(copy);
    await control("change", { seed });
  }
  await digest.sync(copy);
  await assertComplete(copy);
  assert.deepEqual(new Set(copy.calls), new Set(["clear", "put", "remove", "token"]));
});

test("the token is stored after the rows before it", async () => {
  const copy = new Copy();
  const count = await digest.sync(copy);
  assert.equal(copy.calls[0], "clear");
  assert.deepEqual(copy.calls.slice(1), [...Array(count).fill("put"), "token"]);
});

test("an issue is stored with the sequence of its change", async () => {
  const sequences: number[] = [];
  const copy = new Copy();
  const put = copy.put.bind(copy);
  copy.put = (issue, sequence?: number) => {
    sequences.push(sequence ?? 0);
    put(issue);
  };
  await digest.sync(copy);
  const [id] = copy.issues.keys();
  await control("rewrite_issue", { id });
  await digest.sync(copy);
  assert.deepEqual(sequences, [...new Set(sequences)].sort((first, second) => first - second));
  const at = sequences.at(-1);
  const changed = await createDigest({ baseUrl: proxy.url, ...(at && { at }) }).issue(id ?? 0);
  assert.equal(copy.issues.get(id ?? 0)?.title, changed?.title);
});

test("without a change, a copy stores nothing", async () => {
  const copy = new Copy();
  await digest.sync(copy);
  copy.calls.length = 0;
  assert.equal(await digest.sync(copy), 0);
  assert.deepEqual(copy.calls, ["token"]);
});

test("when the feed starts over, so does the copy", async () => {
  const copy = new Copy();
  await digest.sync(copy);
  const [id] = copy.issues.keys();
  copy.issues.set(987654, { ...copy.issues.get(id ?? 0)!, id: 987654 });
  await control("restart");
  await digest.sync(copy);
  await assertComplete(copy);
});

test("an error leaves the copy as it is, and the next run goes on", async () => {
  const copy = new Copy();
  await digest.sync(copy);
  const before = [copy.since, copy.issues.size];
  await proxy.fail({ status: 500 });
  await assert.rejects(digest.sync(copy), DigestError);
  assert.deepEqual([copy.since, copy.issues.size], before);
  await digest.sync(copy);
  await assertComplete(copy);
});

/** Sends pages of two issues, so that a copy takes several requests. */
const inPages = createDigest({
  baseUrl: proxy.url,
  fetch: (request) => {
    const url = new URL(request.url);
    if (url.pathname.endsWith("/changes/")) url.searchParams.set("limit", "2");
    return fetch(new Request(url, request));
  },
});

test("a copy that is stopped at each request and goes on equals the public issues", async () => {
  const whole = new Copy();
  await proxy.fail();
  await inPages.sync(whole);
  const requests = (await proxy.log()).length;
  assert(requests > 3);
  for (let stop = 0; stop < requests; stop++) {
    const copy = new Copy();
    await proxy.fail(...Array<Fault>(stop).fill("none"), { status: 500 });
    await assert.rejects(inPages.sync(copy), DigestError);
    await control("change", { seed: 100 + stop });
    await inPages.sync(copy);
    await assertComplete(copy);
  }
});

/** Fails at one of the calls of the store. */
function failing(copy: Copy, at: number): Copy {
  let calls = 0;
  const push = copy.calls.push.bind(copy.calls);
  copy.calls.push = (...names) => {
    if (++calls === at) throw new Error("Full");
    return push(...names);
  };
  return copy;
}

test("a store that fails at any call goes on", async () => {
  for (const at of [1, 2, 3, 4, 5, 8]) {
    const copy = failing(new Copy(), at);
    await assert.rejects(inPages.sync(copy), { message: "Full" });
    await control("change", { seed: 200 + at });
    await inPages.sync(copy);
    await assertComplete(copy);
  }
});

test("only issues of the language are copied", async () => {
  const copy = new Copy();
  await createDigest({ baseUrl: API, locale: "fr" }).sync(copy);
  assert.equal(copy.issues.size, 0);
});
