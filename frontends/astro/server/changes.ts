import { DigestError, type Digest } from "digest-client";

/** Notices changes of the site without being told. */
export class Changes {
  /** The sequence of the last change in the feed; 0 if it has none. */
  sequence = 0;
  private hasRestarted = false;
  private since: string | undefined;
  private site: string | undefined;
  private readonly digest: Digest;

  constructor(digest: Digest) {
    this.digest = digest;
  }

  /** Read the feed to its end; return whether there is a change that `sequence` does not show. */
  async look(): Promise<boolean> {
    const site = describe(await this.digest.site());
    await this.follow();
    const hasChanged = this.hasRestarted || site !== this.site;
    [this.site, this.hasRestarted] = [site, false];
    return hasChanged;
  }

  private async follow(): Promise<void> {
    for (;;) {
      const { data, response } = await this.read();
      if (data) {
        this.since = data.next_since;
        this.sequence = data.results.at(-1)?.sequence ?? this.sequence;
        if (!data.has_more) return;
      } else if (response.status === 410 && this.since) this.restart();
      else throw new DigestError(`The feed of changes responds with ${response.status}.`, response.status);
    }
  }

  /** Read the feed from its start: a backup was restored, and the sequences may be lower. */
  private restart(): void {
    [this.since, this.sequence, this.hasRestarted] = [undefined, 0, true];
  }

  private read() {
    const query = { limit: 500, ...(this.since && { since: this.since }) };
    return this.digest.api.GET("/changes/", { params: { query } });
  }
}

/** Describe what is not in the feed, such as the menu. */
function describe(site: unknown): string {
  return JSON.stringify(site, (name, value: unknown) => (name === "latest_issue" ? null : value));
}
