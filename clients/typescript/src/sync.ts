import type { Api } from "./digest.js";
import { required } from "./digest.js";
import type { components } from "./schema.js";
import type { RequestOptions, Store } from "./types.js";

type Change = components["schemas"]["Change"];
type ChangeList = components["schemas"]["ChangeList"];

/** Bring a copy up to date. The token is stored after the rows before it: a run may stop anywhere. */
export async function sync(
  api: Api,
  store: Store,
  filters: { locale?: string },
  options: RequestOptions = {},
): Promise<number> {
  let count = 0;
  let since = (await store.token.get()) ?? null;
  for (;;) {
    // What was put before a first token and is gone since then is not in the feed.
    if (since === null) await store.clear();
    const page = await fetchPage(api, since, filters, options);
    if (page) {
      for (const change of page.results) await apply(change, store);
      await store.token.set(page.next_since);
      count += page.results.length;
      if (!page.has_more) return count;
    }
    since = page?.next_since ?? null;
  }
}

/** Return a page of the feed; null if the copy has to start again. */
async function fetchPage(
  api: Api,
  since: string | null,
  filters: { locale?: string },
  options: RequestOptions,
): Promise<ChangeList | null> {
  const query = { ...filters, kind: "issue", include: "issue", ...(since && { since }) } as const;
  const outcome = await api.GET("/changes/", { params: { query }, ...options });
  return outcome.response.status === 410 && since ? null : required(outcome);
}

async function apply({ state, id, issue, sequence }: Change, store: Store): Promise<void> {
  if (state === "gone") await store.remove(id);
  else if (issue?.body) await store.put({ ...issue, body: issue.body }, sequence);
}
