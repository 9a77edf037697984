import assert from "node:assert/strict";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { createServer } from "node:http";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { createDigest } from "digest-client";

import { Frontend, isAlive, until } from "./frontend.ts";
import { control, cutOff, freePort, Proxy } from "./site.ts";
import { post, secret, webhook } from "./webhooks.ts";

const proxy = new Proxy();
let frontend: Frontend;
let environment: Record<string, string>;
let changes: () => Promise<number>;

/** A server that is started before the site. */
before(async () => {
  const port = await freePort();
  const DIGEST_API = `http://127.0.0.1:${port}/api/v1/`;
  environment = { DIGEST_API, DIGEST_WEBHOOK_SECRET: await secret() };
  frontend = new Frontend(await freePort(), environment);
  await sleep(8_000); // several looks
  const said = frontend.output;
  await proxy.start(port);
  await frontend.built(1);
  assert.equal(said.match(/Waiting for the site/g)?.length, 1, said);
  const digest = createDigest({ baseUrl: DIGEST_API });
  changes = async () => {
    const { data } = await digest.api.GET("/changes/", { params: { query: { limit: 500 } } });
    return data?.results.at(-1)?.sequence ?? 0;
  };
});

after(async () => {
  await frontend.remove();
  proxy.stop();
});

/** Wait for the builds that were asked for, and return how many there were. */
async function countBuilds(act: () => Promise<void>): Promise<number> {
  const builds = frontend.builds;
  await act();
  await frontend.rest();
  return frontend.builds - builds;
}

test("a port that is taken is an error at once", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const address = other.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  const second = new Frontend(port, environment);
  const [code] = await once(second.process, "exit");
  other.close();
  assert.equal(code, 1);
  assert.match(second.output, /EADDRINUSE.*set HOST and PORT/);
});

test("browsers ask for pages again, and keep files with a hash in their names", async () => {
  const page = await frontend.get("/signals/2026-11-20/");
  const [style] = (await page.text()).match(/\/_astro\/[^"]+\.css/) ?? [];
  const file = await frontend.get(style ?? "");
  assert.equal(page.headers.get("Cache-Control"), "no-cache");
  assert.match(file.headers.get("Cache-Control") ?? "", /immutable/);
  const conditional = { "If-None-Match": page.headers.get("ETag") ?? "", "Cache-Control": "max-age=0" };
  const again = await frontend.get("/signals/2026-11-20/", { headers: conditional });
  assert.equal(again.status, 304);
});

test("pages allow no inline scripts, and no site frames them", async () => {
  for (const path of ["/", "/signals/2026-11-20/", "/search/?q=grid", "/nothing/"]) {
    const policy = (await frontend.get(path)).headers.get("Content-Security-Policy") ?? "";
    assert.match(policy, /^default-src 'none'; script-src 'self' https:\/\/giscus\.app; style-src 'self' /, path);
    assert.match(policy, /frame-ancestors 'none'$/, path);
    assert.doesNotMatch(policy, /unsafe/, path);
  }
});

test("a secret that is not valid is an error at once", async () => {
  const other = new Frontend(await freePort(), { ...environment, DIGEST_WEBHOOK_SECRET: "whsec_wrong!" });
  const [code] = await once(other.process, "exit");
  assert.equal(code, 1);
  assert.match(other.output, /^DIGEST_WEBHOOK_SECRET is not valid/);
});

test("a change is built without a webhook, too, with at most five requests", async () => {
  const builds = frontend.builds;
  await control("change", { seed: 1 });
  const sequence = await changes();
  proxy.take();
  await frontend.built(builds + 1);
  const requests = proxy.take();
  const paths = requests.map(({ path }) => path);
  const asked = paths.filter((path) => path.includes(`at=${sequence}`)); // the others are looks at the feed
  assert.ok(asked.length > 0 && asked.length <= 5, paths.join("\n"));
  for (const { path, headers } of requests.filter(({ path }) => asked.includes(path))) {
    assert.equal(headers["cache-control"], "no-cache", path);
  }
});

test("webhooks during a build start exactly one more", async () => {
  const builds = await countBuilds(async () => {
    await post(frontend);
    await until(() => frontend.children.length > 1, "a build");
    for (let number = 0; number < 3; number++) await post(frontend);
  });
  assert.equal(builds, 2);
});

test("a webhook that is sent again builds nothing", async () => {
  const again = await webhook({});
  const send = async () => assert.equal((await frontend.get("/webhooks/", again)).status, 204);
  assert.equal(await countBuilds(send), 1);
  assert.equal(await countBuilds(send), 0);
});

test("a ping builds nothing, and what is not from the site is rejected", async () => {
  const builds = await countBuilds(async () => {
    assert.equal(await post(frontend, { type: "webhook.ping" }), 204);
    assert.equal(await post(frontend, { age: 3600 }), 400);
    const changed = { ...(await webhook({})), body: "{}" };
    assert.equal((await frontend.get("/webhooks/", changed)).status, 400);
    const large = { ...(await webhook({})), body: "x".repeat(100_000) };
    assert.equal((await frontend.get("/webhooks/", large)).status, 400);
  });
  assert.equal(builds, 0);
});

test("a feed that has started again, as after a restored backup, is built", async () => {
  const builds = await countBuilds(async () => {
    await control("restart");
    await until(() => frontend.children.length > 1, "the next look");
  });
  assert.equal(builds, 1);
});

test("a connection to the process of an earlier build is closed", async () => {
  let text = "";
  const socket = connect(frontend.port, "127.0.0.1").on("data", (chunk) => (text += chunk));
  socket.write("GET / HTTP/1.1\r\n");
  const { builds } = frontend;
  await post(frontend);
  await frontend.built(builds + 1);
  await sleep(500); // the process gets a message
  socket.write("Host: localhost\r\n\r\n");
  await once(socket, "close", { signal: AbortSignal.timeout(3_000) });
  assert.match(text, /^HTTP\/1\.1 200 [^]*\r\nConnection: close\r\n/);
});

test("one build is on the disk, and one process serves it", async () => {
  await until(async () => (await readdir(`builds/${frontend.port}`)).length === 1, "the deletion of old builds");
  assert.equal(frontend.children.length, 1);
});

test("a process that has crashed is replaced", async () => {
  const [worker = 0] = frontend.children;
  process.kill(worker, "SIGKILL");
  await until(() => !isAlive(worker), "the end of the process");
  await until(async () => (await frontend.get("/").catch(() => null))?.status === 200, "another process");
});

test("without the site, pages stay, and others are a 503", async () => {
  await proxy.during(/./, cutOff, async () => {
    await post(frontend);
    await until(() => frontend.output.includes("The pages stay as they are"), "a build that fails");
    assert.equal((await frontend.get("/signals/2026-11-20/")).status, 200);
    for (const path of ["/search/?q=grid", "/nothing/", "/preview/abc/"]) {
      const response = await frontend.get(path);
      assert.equal(response.status, 503, path);
      assert.equal(response.headers.get("Retry-After"), "30");
    }
  });
  assert.equal(await countBuilds(() => until(() => frontend.children.length > 1, "the next look")), 1);
  assert.equal((await frontend.get("/search/?q=grid")).status, 200);
});

test("a signal stops all processes at once, also during a build", async () => {
  await post(frontend);
  await until(() => frontend.children.length > 1, "a build");
  const children = frontend.children;
  assert.ok((await frontend.stop("SIGINT")) < 2_000);
  await until(() => !children.some(isAlive), "the end of the processes", () => children.join(), 2);
});
