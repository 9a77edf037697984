// Starts the server of the frontend, as `npm start` does.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { freePort } from "./site.ts";

const MAIN = fileURLToPath(new URL("../server/main.ts", import.meta.url));

export class Frontend {
  output = "";
  readonly url: string;
  readonly port: number;
  readonly process: ChildProcess;

  constructor(port: number, environment: Record<string, string>) {
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.process = spawn(process.execPath, [MAIN], {
      env: { ...process.env, ...environment, PORT: String(port) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.process.stdout?.on("data", (chunk) => (this.output += chunk));
    this.process.stderr?.on("data", (chunk) => (this.output += chunk));
  }

  static async start(environment: Record<string, string>): Promise<Frontend> {
    const frontend = new Frontend(await freePort(), environment);
    await frontend.built(1);
    return frontend;
  }

  get(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(this.url + path, { redirect: "manual", ...init });
  }

  get builds(): number {
    return this.output.split("Built in").length - 1;
  }

  async built(count: number): Promise<void> {
    await until(() => this.builds >= count, `build ${count}`, () => this.output);
  }

  /** Wait until nothing has been built for two seconds: there is one process then, which serves. */
  async rest(): Promise<void> {
    let since = Date.now();
    const isIdle = () => {
      if (this.children.length !== 1) since = Date.now();
      return Date.now() - since > 2_000;
    };
    await until(isIdle, "the end of builds", () => this.output);
  }

  /** Return the processes that the server has started. */
  get children(): number[] {
    return childrenOf(this.process.pid ?? 0);
  }

  /** Stop, and return after how many milliseconds it has ended. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number> {
    const start = performance.now();
    if (this.process.exitCode === null) {
      this.process.kill(signal);
      await once(this.process, "exit");
    }
    return performance.now() - start;
  }

  /** Stop, and delete what was built. */
  async remove(): Promise<void> {
    await this.stop();
    for (const folder of ["builds", "node_modules/.astro"]) {
      await rm(fileURLToPath(new URL(`../${folder}/${this.port}`, import.meta.url)), { recursive: true, force: true });
    }
  }
}

function childrenOf(pid: number): number[] {
  try {
    const children = execFileSync("ps", ["-o", "pid=", "--ppid", String(pid)], { encoding: "utf8" });
    return children.split("\n").map(Number).filter(Boolean);
  } catch {
    return []; // ps fails if there is none
  }
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Wait until something is so, for a minute and a half. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  what: string,
  details = () => "",
  seconds = 90,
): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`Waited too long for ${what}. ${details()}`);
    await sleep(100);
  }
}
