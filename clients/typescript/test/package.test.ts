// The package as others get it: packed, installed, compiled; and types that are made anew.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";

import { createDigest } from "digest-client";
import { build } from "esbuild";

import { API, startOwnSite } from "./site.ts";

const PACKAGE = new URL("..", import.meta.url).pathname;
const BIN = join(PACKAGE, "node_modules", ".bin");
const TYPES = ["schema.json", "--default-non-nullable=false"];
const LIMIT = 8 * 1024;
const run = promisify(execFile);

const folder = await mkdtemp(join(tmpdir(), "digest-client-"));
after(() => rm(folder, { recursive: true }));

async function output(command: string, args: string[], cwd = PACKAGE): Promise<string> {
  const found = run(command, args, { cwd }).catch((error) => ({ stdout: `${error.message}\n${error.stdout}` }));
  return (await found).stdout;
}

async function writeJson(path: string, data: unknown): Promise<void> {
  await writeFile(path, JSON.stringify(data));
}

const OPTIONS = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  noEmit: true,
  target: "ES2022",
  module: "NodeNext",
};

/** Pack the package and install it into an empty project. */
async function install(): Promise<string> {
  const project = join(folder, "project");
  await mkdir(project);
  await writeJson(join(project, "package.json"), { type: "module", private: true });
  const [{ filename }] = JSON.parse(await output("npm", ["pack", "--json", "--pack-destination", folder]));
  await output("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", join(folder, filename)], project);
  await cp(join(PACKAGE, "test", "types.ts"), join(project, "types.ts"));
  await writeFile(join(project, "digest-api.ts"), 'export type { paths } from "digest-client";');
  return project;
}

/** Write the examples of a document into one file. */
async function writeExamples(document: string, file: string): Promise<void> {
  const text = await readFile(new URL(document, import.meta.url), "utf8");
  const blocks = [...text.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code);
  assert(blocks.length);
  await writeFile(join(project, file), blocks.join("\n"));
}

const project = await install();
// Projects have this from @types/node, whose version for Node.js 20.19 TypeScript 6 does not compile.
await writeFile(join(project, "process.d.ts"), "declare const process: { env: Record<string, string | undefined> };");
await writeExamples("../README.md", "readme.ts");
await writeExamples("../../../docs/how-to/use-the-typescript-client.md", "how-to.ts");

for (const [typescript, options, more] of [
  ["typescript", { lib: ["ES2022"], types: ["node"], typeRoots: [join(PACKAGE, "node_modules", "@types")] }, []],
  ["typescript-6", { lib: ["ES2022", "DOM", "DOM.Iterable"], types: [] }, ["process.d.ts"]],
] as const) {
  test(`the installed package and all examples compile with ${typescript}`, async () => {
    const path = join(project, `${typescript}.json`);
    const files = ["types.ts", "readme.ts", "how-to.ts", ...more];
    await writeJson(path, { compilerOptions: { ...OPTIONS, ...options }, files });
    const tsc = join(PACKAGE, "node_modules", typescript, "bin", "tsc");
    assert.equal(await output(process.execPath, [tsc, "--project", path], project), "");
  });
}

test("the installed package runs, and has one dependency", async () => {
  const code = "for (const name of ['', '/astro', '/webhook']) console.log(Object.keys(await import('digest-client' + name)).join())";
  const names = await output(process.execPath, ["--input-type=module", "--eval", code], project);
  assert.equal(names, "DigestError,createDigest,showBlocks,srcSet,tagsOf\nissueLoader\nWebhookError,verifyWebhook\n");
  const { packages } = JSON.parse(await readFile(join(project, "package-lock.json"), "utf8"));
  const installed = ["", "node_modules/digest-client", "node_modules/openapi-fetch"];
  assert.deepEqual(Object.keys(packages).sort(), [...installed, "node_modules/openapi-typescript-helpers"]);
});

const READ = `
import { createDigest } from "digest-client";
import { verifyWebhook, WebhookError } from "digest-client/webhook";

const digest = createDigest({ baseUrl: ${JSON.stringify(API)}, cache: true });
const issue = await digest.issue({ digest: "signals", latest: true });
const slugs = [];
for await (const { slug } of digest.issues({ limit: 2, fields: ["slug"] })) slugs.push(slug);
const request = new Request("https://www.example.com/", { method: "POST", body: "{}" });
const error = await verifyWebhook(request, "whsec_c2VjcmV0").catch((error) => error instanceof WebhookError);
const text = JSON.stringify([issue?.slug, slugs, await digest.issue(987654), error]);
if (globalThis.document) document.body.textContent = text;
else console.log(text);
`;

async function expectedText(): Promise<string> {
  const digest = createDigest({ baseUrl: API });
  const issue = await digest.issue({ digest: "signals", latest: true });
  const { results } = await digest.issues({ limit: 100 }).page();
  return JSON.stringify([issue?.slug, results.map(({ slug }) => slug), null, true]);
}

for (const [runtime, ...args] of [
  [process.execPath],
  [join(BIN, "deno"), "run", "--allow-net", "--no-lock", "--node-modules-dir=manual"],
  [join(BIN, "bun"), "run"],
] as const) {
  test(`the installed package reads in ${basename(runtime)}`, async () => {
    const file = join(project, "read.js");
    await writeFile(file, READ);
    assert.equal((await output(runtime, [...args, file], project)).trim(), await expectedText());
  });
}

const BROWSER = process.env["DIGEST_BROWSER"] ?? "";

test("the installed package reads in a browser", { skip: !BROWSER && "There is no Chromium." }, async () => {
  const stdin = { contents: READ, resolveDir: project };
  const { outputFiles } = await build({ stdin, bundle: true, format: "esm", write: false });
  const page = join(project, "read.html");
  await writeFile(page, `<body><script type="module">${outputFiles[0]?.text}</script>`);
  const args = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=60000", "--dump-dom"];
  const dom = await output(BROWSER, [...args, `file://${page}`]);
  assert(dom.includes(`<body>${await expectedText()}`), dom);
});

test("publint and attw have no findings", async () => {
  await run(join(BIN, "publint"), ["--strict"], { cwd: PACKAGE });
  await run(join(BIN, "attw"), ["--pack", "--profile", "esm-only"], { cwd: PACKAGE });
});

test("the core is at most 8 kB, compressed", async () => {
  const entryPoints = [join(PACKAGE, "dist", "index.js")];
  const { outputFiles } = await build({ entryPoints, bundle: true, minify: true, format: "esm", write: false });
  const size = gzipSync(outputFiles[0]?.contents ?? "").length;
  assert(size > 0 && size <= LIMIT, `${size} bytes`);
});

/** Compile the sources and the tests of types with the types of another schema; return the errors. */
async function compileWith(change: (schema: string) => string): Promise<string> {
  const copy = join(folder, "renamed");
  await cp(join(PACKAGE, "src"), join(copy, "src"), { recursive: true });
  await cp(join(PACKAGE, "test", "types.ts"), join(copy, "types.ts"));
  await writeJson(join(copy, "package.json"), { type: "module" });
  await symlink(join(PACKAGE, "node_modules"), join(copy, "node_modules"));
  await writeFile(join(copy, "schema.json"), change(await readFile(join(PACKAGE, "schema.json"), "utf8")));
  await output(join(BIN, "openapi-typescript"), [...TYPES, "--output", "src/schema.ts"], copy);
  const paths = { "digest-client": ["./src/index.ts"], "digest-client/webhook": ["./src/webhook.ts"] };
  const compilerOptions = { noEmit: true, declaration: false, rootDir: ".", paths };
  const extended = join(PACKAGE, "tsconfig.json");
  await writeJson(join(copy, "tsconfig.json"), { extends: extended, compilerOptions, include: ["."] });
  return output(join(BIN, "tsc"), [], copy);
}

test("renaming a field of the schema fails the tests of types", async () => {
  const fields = ["why_it_matters", "byline", "is_permanent", "corrections", "next_since", "previous_url"];
  const rename = (schema: string) =>
    fields.reduce((changed, field) => changed.replaceAll(`"${field}"`, `"${field}_renamed"`), schema);
  const errors = await compileWith(rename);
  for (const field of fields) assert.match(errors, new RegExp(`error TS\\d+: Property '${field}' does not exist`));
});

async function makeTypes(url: string, file: string): Promise<void> {
  await run(process.execPath, [join(PACKAGE, "bin", "digest-types.js"), url, "-o", file], { cwd: PACKAGE });
}

const OWN_BLOCK = `
import { createDigest, showBlocks } from "digest-client";
import type { paths } from "./own-api.ts";

const digest = createDigest<paths>({ baseUrl: process.argv[2] ?? "" });
const issue = await digest.issue({ digest: "own", latest: true });
const known = { headline: () => "", story_section: () => "", bottom_line: () => "", sources: () => "" };
const handlers = { ...known, sponsor: (value: { name: string; message: string }) => value.name };
console.log(showBlocks(issue?.body ?? [], handlers, () => "?").join(""));
for (const block of issue?.body ?? []) if (block.type === "sponsor") console.log(block.value.message);
// @ts-expect-error the block of the site is not handled
export const incomplete = () => showBlocks(issue?.body ?? [], known, () => "");
// @ts-expect-error the site has no newsletter
export const signUp = () => digest.subscribe({ digest: "own", email: "reader@example.org" });
`;

test("the types of a running site with a block of its own are made, compiled and used", async () => {
  const url = await startOwnSite();
  await makeTypes(url, join(project, "own-api.ts"));
  await writeFile(join(project, "own.ts"), OWN_BLOCK);
  const types = { types: ["node"], typeRoots: [join(PACKAGE, "node_modules", "@types")] };
  const compilerOptions = { ...OPTIONS, ...types, lib: ["ES2022"], allowImportingTsExtensions: true };
  await writeJson(join(project, "own.json"), { compilerOptions, files: ["own.ts"] });
  assert.equal(await output(join(BIN, "tsc"), ["--project", "own.json"], project), "");
  const printed = await output(process.execPath, [join(project, "own.ts"), url], project);
  assert.equal(printed, "Sponsor & Co\n<p>Thanks</p>\n");
});

test("digest-types makes the types of a running site", async () => {
  await makeTypes(API, join(folder, "site.ts"));
  const [made, committed] = await Promise.all(
    [join(folder, "site.ts"), join(PACKAGE, "src", "schema.ts")].map((path) => readFile(path, "utf8")),
  );
  assert.equal(made, committed);
});

test("digest-types without a URL says how to use it", async () => {
  assert.match(await output(process.execPath, [join(PACKAGE, "bin", "digest-types.js")]), /One URL is needed.*Usage/s);
});
