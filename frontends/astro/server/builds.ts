import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { resolve } from "node:path";

const TIMEOUT = 10 * 60_000; // milliseconds for a build

/** Makes one build at a time. What is asked for during a build starts one more after it. */
export class Builds {
  /** The sequence of the change that was asked for last; none after a build that has failed. */
  at: number | undefined;
  private isRunning = false;
  private isRequested = false;
  private number = 0;
  private child: ChildProcess | undefined;
  private readonly root: string;
  private readonly publish: (folder: string) => Promise<void>;

  /** `root` gets a folder for each build, which `publish` is called with when it is complete. */
  constructor(root: string, publish: (folder: string) => Promise<void>) {
    this.root = root;
    this.publish = publish;
  }

  /** Ask for a build that includes the change with this sequence. */
  request(at: number): void {
    this.at = at;
    this.isRequested = true;
    if (!this.isRunning) void this.run();
  }

  stop(): void {
    this.isRequested = false;
    this.child?.kill();
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    while (this.isRequested) {
      this.isRequested = false;
      // A server that was killed may have left a build that is still running.
      await this.build(resolve(this.root, `${process.pid}-${++this.number}`));
    }
    this.isRunning = false;
  }

  private async build(folder: string): Promise<void> {
    const start = performance.now();
    try {
      await this.make(folder);
      await this.publish(folder);
      console.log(`Built in ${((performance.now() - start) / 1000).toFixed(1)} s`);
    } catch (error) {
      if (!this.isRequested) this.at = undefined;
      console.error(`The pages stay as they are: ${error instanceof Error ? error.message : String(error)}`);
      await rm(folder, { recursive: true, force: true });
    }
  }

  private async make(folder: string): Promise<void> {
    const env = { ...process.env, BUILD_FOLDER: folder, DIGEST_AT: String(this.at || "") };
    // With --silent, the pages would never log an error.
    const astro = ["node_modules/astro/bin/astro.mjs", "build"];
    const limit = { timeout: TIMEOUT, killSignal: "SIGKILL" } as const;
    this.child = spawn(process.execPath, astro, { env, stdio: ["ignore", "ignore", "inherit"], ...limit });
    const [code] = await once(this.child, "exit");
    if (code !== 0) throw new Error("the build has failed.");
  }
}
