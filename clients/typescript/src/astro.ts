import { createDigest } from "./digest.js";
import type { Options } from "./digest.js";
import type { CopiedIssue, Issue } from "./types.js";

/** A field of an issue that the feed of changes does not have, and that no other issue changes. */
export type ExtraField = Exclude<keyof Issue, keyof CopiedIssue | "previous" | "next">;

export type LoadedIssue<Field extends ExtraField = never> = CopiedIssue & Pick<Issue, Field>;

export interface LoaderOptions<Field extends ExtraField> extends Options {
  /** More fields for each issue, such as `seo`: one request for each issue that has changed. */
  fields?: readonly Field[] | undefined;
}

/** What the loader uses of Astro's `LoaderContext`. */
interface LoaderContext {
  store: {
    set(entry: { id: string; data: Record<string, unknown> }): unknown;
    delete(id: string): unknown;
    clear(): unknown;
  };
  meta: { get(key: string): string | undefined; set(key: string, value: string): unknown };
  logger: { info(message: string): unknown };
}

interface Loader {
  name: string;
  load(context: LoaderContext): Promise<void>;
}

/**
 * Load the issues into a content collection of Astro, by their ids. The first run loads all issues,
 * later ones what has changed.
 */
export function issueLoader<const Field extends ExtraField = never>({
  fields = [],
  ...options
}: LoaderOptions<Field>): Loader {
  return {
    name: "digest-client",
    async load({ store, meta, logger }) {
      const source = await describe(options, fields);
      const count = await createDigest(options).sync({
        token: {
          get: () => (meta.get("source") === source ? meta.get("token") : undefined),
          set: (token) => {
            meta.set("source", source);
            meta.set("token", token);
          },
        },
        put: async (issue, sequence) => {
          const data = await withFields(issue, fields, { ...options, at: Math.max(sequence, options.at ?? 0) });
          if (data) store.set({ id: String(issue.id), data });
          else store.delete(String(issue.id));
        },
        remove: (id) => store.delete(String(id)),
        clear: () => store.clear(),
      });
      logger.info(`${count} changes`);
    },
  };
}

/** Return the issue with its further fields; null if it is not public any more. */
async function withFields(issue: CopiedIssue, fields: readonly ExtraField[], options: Options) {
  if (!fields.length) return issue;
  const found = await createDigest(options).issue(issue.id, { fields });
  return found && { ...issue, ...found };
}

/**
 * Describe where the issues come from. `seo` depends on the site and on its digests, too,
 * whose changes are not changes of issues: then all are loaded again.
 */
async function describe(options: Options, fields: readonly ExtraField[]): Promise<string> {
  const { baseUrl, site, locale } = options;
  const found = fields.length ? await createDigest(options).site() : null;
  const digests = found?.digests.map(({ id, title, url, image }) => [id, title, url, image]);
  return JSON.stringify([baseUrl, site, locale, fields, found?.name, found?.root_url, digests]);
}
