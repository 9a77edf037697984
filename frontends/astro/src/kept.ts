const FRESH = 30_000; // milliseconds

/** Keeps what was read last, for half a minute, and then until it has been read again, also through an outage. */
export class Kept<T> {
  private until = 0;
  private kept: Promise<T> | undefined;
  private readonly read: () => Promise<T>;

  constructor(read: () => Promise<T>) {
    this.read = read;
  }

  /** Return what is kept at once, and wait only if there is nothing. */
  get(): Promise<T> {
    if (this.kept && Date.now() <= this.until) return this.kept;
    this.until = Date.now() + FRESH; // after a failure, too: an API that is down is not asked at each request
    const reading = this.read();
    this.kept ??= reading;
    reading.then(
      () => (this.kept = reading),
      () => {
        if (this.kept === reading) this.kept = undefined;
      },
    );
    return this.kept;
  }
}
