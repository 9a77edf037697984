import assert from "node:assert/strict";
import cluster from "node:cluster";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { Workers } from "../server/workers.ts";
import { until } from "./frontend.ts";
import { freePort } from "./site.ts";

let root: string;
let port: number;
let workers: Workers;

before(async () => {
  root = await mkdtemp(join(tmpdir(), "workers-"));
  port = await freePort();
  process.env["FAKE_PORT"] = String(port);
  cluster.setupPrimary({ exec: fileURLToPath(new URL("fake-worker.ts", import.meta.url)), execArgv: [] });
  workers = new Workers(3_000);
});

after(async () => {
  workers.stop();
  await rm(root, { recursive: true });
});

/** Make a build whose server needs so many milliseconds for each of its starts. */
async function build(name: string, ...delays: number[]): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder);
  await writeFile(join(folder, "delays"), JSON.stringify(delays));
  return folder;
}

async function served(): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}/`, { headers: { Connection: "close" } })).text();
}

test("a process that crashes while a new build takes over does not bring the old one back", async () => {
  const [first, second] = [await build("first", 0, 1_500), await build("second", 0)];
  await workers.serve(first);
  assert.equal(await served(), first);
  for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill("SIGKILL");
  await sleep(1_500); // another process has been started, and does not listen yet
  await workers.serve(second);
  await sleep(1_500);
  assert.equal(await served(), second);
  await until(() => !existsSync(first), "the deletion of the old build", undefined, 5);
  assert.ok(existsSync(second));
});

test("a process that does not listen in time is an error, and the last build stays", async () => {
  const before = await served();
  await assert.rejects(workers.serve(await build("slow", 60_000)), /has ended at its start/);
  assert.equal(await served(), before);
  assert.equal(Object.keys(cluster.workers ?? {}).length, 1);
});
