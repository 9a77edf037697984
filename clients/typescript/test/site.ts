// The running sample site: `make client-test` starts it and sets DIGEST_SITE.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after } from "node:test";

import type { Fault, Logged } from "./faults.ts";

export const SITE = process.env["DIGEST_SITE"] ?? "";
if (!SITE) throw new Error("Run the tests with `make client-test`, which starts the site.");
export const API = `${SITE}/api/v1/`;

interface Controls {
  preview: { token: string; title: string };
  secrets: Record<"confirmations" | "unsubscriptions" | "preferences" | "key" | "submission", string>;
  sign: { headers: Record<string, string>; secrets: string[] };
  change: string;
  restart: null;
  add_issue: number;
  rewrite_issue: null;
  rewrite_digest: null;
  toggle_menu: null;
  unpublish_issue: null;
  rename_issue: null;
}

/** Have the site do something that the API does not. */
export async function control<Name extends keyof Controls>(
  name: Name,
  body: Record<string, unknown> = {},
): Promise<Controls[Name]> {
  const response = await fetch(`${SITE}/test/${name}/`, { method: "POST", body: JSON.stringify(body) });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

/** Start a site with pages and a block of its own; return the URL of its API. */
export async function startOwnSite(): Promise<string> {
  const child = spawn(process.env["DIGEST_PYTHON"] ?? "python", ["-m", "tests.clients.own_site"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  after(() => child.kill());
  const [line] = await once(child.stdout, "data");
  return `${String(line).trim()}/api/v1/`;
}

export interface Proxy {
  url: string;
  /** Forget what was logged, and fail the next requests so. */
  fail(...faults: Fault[]): Promise<void>;
  log(): Promise<Logged[]>;
}

export async function startProxy(): Promise<Proxy> {
  const child = spawn(process.execPath, [new URL("faults.ts", import.meta.url).pathname], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  after(() => child.kill());
  const [line] = await once(child.stdout, "data");
  const url = `http://127.0.0.1:${JSON.parse(String(line)).port}`;
  return {
    url: `${url}/api/v1/`,
    fail: async (...faults) => void (await fetch(`${url}/proxy/`, { method: "POST", body: JSON.stringify(faults) })),
    log: async () => (await fetch(`${url}/proxy/`)).json(),
  };
}
