// A worker that says which build it serves. The file `delays` in its folder has the milliseconds
// until each of its starts listens.
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

const folder = process.env["BUILD_FOLDER"] ?? "";
const [delay = 0, ...others] = JSON.parse(readFileSync(`${folder}/delays`, "utf8"));
writeFileSync(`${folder}/delays`, JSON.stringify(others));
await sleep(delay);
createServer((_, response) => response.end(folder)).listen(Number(process.env["FAKE_PORT"]), "127.0.0.1");
