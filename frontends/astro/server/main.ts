// Builds the pages, serves them, and builds them again when the site has changed.
import cluster from "node:cluster";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { createDigest } from "digest-client";

import { api, host, isSecret, port, secrets } from "../src/environment.ts";
import { Builds } from "./builds.ts";
import { Changes } from "./changes.ts";
import { Workers } from "./workers.ts";

const INTERVAL = 15_000; // milliseconds between two looks at the feed of changes
const FIRST_INTERVAL = 2_000; // while there are no pages to serve
const SEEN = 1_000; // webhooks whose ids are remembered

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
cluster.setupPrimary({ exec: fileURLToPath(new URL("worker.ts", import.meta.url)) });

const root = `builds/${port}`;
const workers = new Workers();
const builds = new Builds(root, (folder) => workers.serve(folder));
const changes = new Changes(createDigest({ baseUrl: api, cache: true }));
const seen = new Set<string>();

/** A webhook that a worker has verified. The site may send one again, and so may others. */
cluster.on("message", (_, { id, at }: { id: string; at: number }) => {
  if (seen.has(id)) return;
  if (seen.size >= SEEN) seen.clear();
  seen.add(id);
  builds.request(Math.max(at, builds.at ?? 0)); // an old one may come late
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    builds.stop();
    workers.stop();
    process.exit();
  });
}

/** End at once, and not after a build, if another process has the port. */
async function claimPort(): Promise<void> {
  const server = createServer().listen(port, host);
  await once(server, "listening");
  server.close();
  await once(server, "close");
}

let problem = "";

/** Ask for a build if there is a change that no build includes; say once what is wrong. */
async function look(): Promise<void> {
  try {
    const hasChanged = await changes.look();
    if (hasChanged || changes.sequence > (builds.at ?? -1)) builds.request(changes.sequence);
    problem = "";
  } catch (error) {
    if (problem !== String(error)) console.error(String(error), workers.isServing ? "" : "Waiting for the site.");
    problem = String(error);
  }
}

if (!secrets.every(isSecret)) {
  console.error("DIGEST_WEBHOOK_SECRET is not valid: a secret is whsec_ and Base64. Separate two by a space.");
  process.exit(1);
}
await claimPort().catch(({ code }: NodeJS.ErrnoException) => {
  console.error(`${host}:${port} cannot be used (${code}): set HOST and PORT.`);
  process.exit(1);
});
await rm(root, { recursive: true, force: true });
for (;;) {
  await look();
  await sleep(workers.isServing ? INTERVAL : FIRST_INTERVAL);
}
