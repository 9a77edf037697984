import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

import { decodable, withSlash } from "../server/urls.ts";
import { isSecret } from "../src/environment.ts";
import { Kept } from "../src/kept.ts";
import { addressOf, isCrossSite } from "../src/visitor.ts";

test("percent-encoding that is wrong is taken as it is written", () => {
  assert.equal(decodable("/%C3%A9/?q=a%20b"), "/%C3%A9/?q=a%20b");
  assert.equal(decodable("/search/?q=100%&x=%20"), "/search/?q=100%25&x=%20");
  assert.equal(decodable("/%FF/"), "/%25FF/");
});

test("pages get a slash; files, and what would lead to another host, do not", () => {
  assert.equal(withSlash("/a/b?c=1?d"), "/a/b/?c=1?d");
  for (const url of ["/", "/a/", "/a.txt", "//a", "/\\a", "/a//b"]) assert.equal(withSlash(url), null, url);
});

test("a form of this site has its host as its origin", () => {
  const from = (headers: Record<string, string>) => isCrossSite(new Request("http://news.example/", { headers }));
  assert.equal(from({ "Sec-Fetch-Site": "same-origin" }), false);
  assert.equal(from({ "Sec-Fetch-Site": "same-site" }), true);
  assert.equal(from({}), false);
});

test("without proxies, the address is that of the connection", () => {
  const request = new Request("http://news.example/", { headers: { "X-Forwarded-For": "198.51.100.7" } });
  assert.equal(addressOf({ request, clientAddress: "203.0.113.9" }), "203.0.113.9");
});

test("a secret is Base64, with or without its prefix", () => {
  for (const secret of ["whsec_AAECAw==", "AAECAwQF", "whsec_AAECAwQ="]) assert.ok(isSecret(secret), secret);
  for (const wrong of ["whsec_", "", "whsec_a", "whsec_AAEC!w==", "whsec_AAECAw=", "a,b"]) assert.ok(!isSecret(wrong), wrong);
});

test("the origin of the site may have a slash at its end, or be empty", () => {
  const script = `console.log((await import("./src/environment.ts")).cms)`;
  for (const [DIGEST_CMS, origin] of [["https://cms.example/", "https://cms.example"], ["", "http://127.0.0.1:8000"]] as const) {
    const env = { ...process.env, DIGEST_API: "", DIGEST_CMS };
    const { stdout } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8", env });
    assert.equal(stdout.trim(), origin);
  }
});

test("what is kept is returned at once, and read again after half a minute, also after a failure", async (t) => {
  t.mock.timers.enable({ apis: ["Date"] });
  const readings: PromiseWithResolvers<number>[] = [];
  const kept = new Kept(() => {
    const reading = Promise.withResolvers<number>();
    readings.push(reading);
    return reading.promise;
  });
  const first = kept.get();
  assert.equal(kept.get(), first);
  readings[0]?.resolve(1);
  assert.equal(await first, 1);

  t.mock.timers.tick(31_000);
  assert.equal(await kept.get(), 1); // the second reading hangs
  readings[1]?.reject(new Error("An outage."));
  await new Promise(setImmediate);
  assert.equal(await kept.get(), 1);
  assert.equal(readings.length, 2);

  t.mock.timers.tick(31_000);
  await kept.get();
  readings[2]?.resolve(3);
  await new Promise(setImmediate);
  assert.equal(await kept.get(), 3);
});

test("where nothing is kept, a failure is one, and the next call tries again", async () => {
  let count = 0;
  const kept = new Kept(async () => {
    if (++count === 1) throw new Error("An outage.");
    return count;
  });
  await assert.rejects(kept.get(), /outage/);
  assert.equal(await kept.get(), 2);
});

test("tokens of previews are in no log", () => {
  const script = `import "./server/redaction.ts"; console.error("at /preview/secret/ and %2Fpreview%2Fsecret"); console.log("/preview/secret");`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8" });
  assert.equal(stderr, "at /preview/[token]/ and %2Fpreview%2F[token]\n");
  assert.equal(stdout, "/preview/[token]\n");
});
