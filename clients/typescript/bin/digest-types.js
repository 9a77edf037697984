#!/usr/bin/env node
// Makes the TypeScript types of a site, with the blocks and page fields of its own.
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

const USAGE = "Usage: digest-types https://cms.example.com/api/v1/ [--output digest-api.d.ts]";
// Kept out of the dependencies: it is 20 MB, and needed only when the API has changed.
const PACKAGES = ["openapi-typescript@7", "typescript@5"];

function readArguments() {
  const options = { output: { type: "string", short: "o", default: "digest-api.d.ts" } };
  const { positionals, values } = parseArgs({ options, allowPositionals: true });
  if (positionals.length !== 1) throw new Error("One URL is needed.");
  const base = positionals[0].replace(/\/*$/, "/");
  return { schema: new URL("schema/", base).href, output: values.output };
}

function generate({ schema, output }) {
  const packages = PACKAGES.map((name) => `--package=${name}`);
  // What has a default may be left out of a body.
  const options = ["--default-non-nullable=false", "--output", output];
  const command = ["exec", "--yes", ...packages, "--", "openapi-typescript", schema, ...options];
  const { status, error } = spawnSync("npm", command, { stdio: "inherit", shell: process.platform === "win32" });
  if (error) throw error;
  process.exitCode = status ?? 1;
}

try {
  generate(readArguments());
} catch (error) {
  console.error(`${error.message}\n${USAGE}`);
  process.exitCode = 2;
}
