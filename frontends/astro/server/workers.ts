import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const PAUSE = 1_000; // milliseconds before a worker that has crashed is replaced
const PATIENCE = 10_000; // milliseconds for the last requests to a worker that was replaced
const START = 30_000; // milliseconds until a worker has to listen

/** Serves the last build, from a process of its own that takes over the port from the one before. */
export class Workers {
  private current: { worker: Worker; folder: string } | undefined;
  private last: Promise<void> = Promise.resolve();
  private readonly start: number;

  constructor(start = START) {
    this.start = start;
  }

  get isServing(): boolean {
    return this.current !== undefined;
  }

  serve(folder: string): Promise<void> {
    return this.inTurn(() => this.replace(folder));
  }

  stop(): void {
    this.current = undefined;
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill("SIGKILL");
  }

  /** Start one worker at a time: one that is slow must not take over from the build after it. */
  private inTurn(task: () => Promise<void>): Promise<void> {
    const turn = this.last.then(task);
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private async replace(folder: string): Promise<void> {
    const worker = cluster.fork({ BUILD_FOLDER: folder });
    const exit = once(worker, "exit");
    const timer = setTimeout(() => worker.process.kill("SIGKILL"), this.start);
    const hasStarted = await Promise.race([once(worker, "listening").then(() => true), exit.then(() => false)]);
    clearTimeout(timer);
    if (!hasStarted) throw new Error("the server process has ended at its start.");
    const before = this.current;
    this.current = { worker, folder };
    void exit.then(() => this.onExit(worker, folder));
    if (before && !before.worker.isDead()) retire(before.worker);
  }

  /** Replace a worker that has crashed; delete the build of one that was replaced. */
  private async onExit(worker: Worker, folder: string): Promise<void> {
    while (this.current?.worker === worker) {
      console.error("The server process has ended: another one is started.");
      await sleep(PAUSE);
      await this.inTurn(async () => {
        if (this.current?.worker === worker) await this.replace(folder);
      }).catch(console.error);
    }
    if (this.current?.folder !== folder) await rm(folder, { recursive: true, force: true });
  }
}

/** Let a worker end when it has no more requests. */
function retire(worker: Worker): void {
  worker.disconnect();
  const timer = setTimeout(() => worker.process.kill("SIGKILL"), PATIENCE);
  worker.once("exit", () => clearTimeout(timer));
}
