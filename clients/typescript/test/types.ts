// What must compile, and below what must not. `npm run check` compiles it; it is never run.
import { createDigest, showBlocks, srcSet, tagsOf } from "digest-client";
import type { Block, CopiedIssue, Image, Issue, Store } from "digest-client";
import { verifyWebhook } from "digest-client/webhook";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type NotAny<T> = 0 extends 1 & T ? false : true;
function sure<_ extends true>(): void {}

const digest = createDigest({ baseUrl: "https://cms.example.com/api/v1/", cache: true, locale: "en" });

function html(issue: Issue): string[] {
  return showBlocks(
    issue.body,
    {
      headline: (value) => `<h1>${value.headline}</h1><p>${value.summary}</p>`,
      story_section: (value) =>
        `<h2 id="${value.anchor}">${value.heading}</h2>${value.body}${value.why_it_matters}${picture(value.image)}`,
      bottom_line: (value) => value.text,
      sources: (value) => value.items.map((source) => `<cite>${source.title}</cite>`).join(""),
    },
    (block) => `<!-- ${block.type} -->`,
  );
}

/** A `switch` narrows, too. */
function line(block: Block): string {
  switch (block.type) {
    case "headline":
      return block.value.headline;
    case "story_section":
      return block.value.heading;
    case "bottom_line":
      return block.value.text;
    case "sources":
      return block.value.items.map((source) => source.publisher ?? source.title).join();
    default:
      return unhandled(block);
  }
}

function unhandled(found: never): never {
  throw new Error(JSON.stringify(found));
}

function picture(image: Image | null): string {
  return image ? `<img alt="${image.alt}" srcset="${srcSet(image, "webp")}" width="${image.width}">` : "";
}

export async function front(): Promise<string[]> {
  const issue = await digest.issue({ latest: true, tag: "energy" });
  if (!issue) return [];
  const type: "issue" = issue.type;
  const before: number | undefined = issue.previous?.id;
  const note = issue.correction && `${issue.correction.text} (${issue.correction.at.slice(0, 10)})`;
  const ai = issue.provenance && [issue.provenance.text, issue.provenance.approved_at ?? ""].join();
  const head = [type, ai ?? "", issue.byline.toUpperCase(), note ?? "", picture(issue.image), String(before)];
  return [...head, ...html(issue), ...issue.body.map(line), ...tagsOf(issue)];
}

export async function lists(): Promise<void> {
  for await (const issue of digest.issues({ tag: "energy", order: "date" })) {
    issue.digest?.title ?? issue.headline;
    sure<Equal<typeof issue.date, string>>();
  }
  for await (const issue of digest.issues({ include: "body" })) issue.body.map(line);
  const page = await digest.issues({ fields: ["url", "headline"] }).page();
  sure<Equal<(typeof page.results)[number], { url: string; headline: string }>>();
  sure<Equal<typeof page.next, string | null>>();
  const chosen = await digest.issue(1, { fields: ["date", "tags"] });
  sure<Equal<keyof NonNullable<typeof chosen>, "date" | "tags">>();
  sure<NotAny<typeof page>>();
}

/** A catch-all route. */
export async function route(path: string): Promise<string> {
  const found = await digest.resolve(path);
  switch (found?.type) {
    case "redirect":
      return `${found.is_permanent ? 308 : 307} ${found.location}`;
    case "issue":
    case "digest":
    case "page":
      return found.api_url ?? found.title;
    case undefined:
      return "404";
    default:
      return unhandled(found);
  }
}

export async function search(q: string): Promise<string[]> {
  const found = await digest.search(q, { order: "relevance", limit: 5 });
  if (!found) return [];
  const { query, results, facets, promoted } = found;
  const instead = query.corrections.map(({ written, searched }) => `${written}: ${searched}`);
  const tags = facets.tags.map((tag) => `${tag.name} (${tag.count})`);
  const first = promoted.map((promotion) => promotion.page?.title ?? promotion.url);
  const shown = results.map((result) =>
    result.type === "story"
      ? `${result.id.toLowerCase()} ${result.excerpt.html}`
      : `${result.id.toFixed()} ${result.title.html}`,
  );
  return [query.literal_url ?? query.text, ...instead, ...first, ...shown, ...tags];
}

export async function operations(token: string): Promise<string[]> {
  const suggested = await digest.api.GET("/search/suggest/", { params: { query: { q: "gri", limit: 5 } } });
  const urls = suggested.data?.suggestions.map((suggestion) => suggestion.url ?? suggestion.api_url) ?? [];
  const stories = await digest.api.GET("/stories/", { params: { query: { q: "grid", count: true } } });
  const cited = stories.data?.results.flatMap(({ sources }) => sources.map((source) => source.url ?? source.publisher));
  const confirmed = await digest.api.POST("/confirmations/{token}/", { params: { path: { token } } });
  if (confirmed.error) return [confirmed.error.detail];
  return [...urls, String(cited), confirmed.data.latest_issue?.url ?? confirmed.data.digest.url];
}

export async function others(token: string, store: Store, request: Request): Promise<void> {
  const draft = await digest.preview(token, { field_map: true });
  sure<Equal<typeof draft extends { headline: string } | null ? true : false, true>>();
  const signup = await digest.subscribe({ digest: "signals", email: "reader@example.org" });
  sure<Equal<typeof signup.status, "check_your_inbox">>();
  await digest.sync(store, { signal: AbortSignal.timeout(1000) });
  sure<Equal<CopiedIssue["body"], Block[]>>();
  const event = await verifyWebhook(request, ["whsec_new", "whsec_old"]);
  if (event.type === "issue.published") sure<Equal<typeof event.data.api_url, string>>();
  if (event.type === "issue.deleted") sure<Equal<typeof event.data.url, null>>();
  if (event.type === "issue.deleted") sure<Equal<typeof event.data.previous_url, string | null>>();
  if (event.type === "content.changed") sure<Equal<typeof event.data.kind, null>>();
}

// What must not compile. If one of these does, a type has become "anything".
export async function mistakes(block: Block, issue: Issue): Promise<void> {
  // @ts-expect-error not before the type is known
  block.value.heading;
  // @ts-expect-error no such type of block
  if (block.type === "stroy_section") return;
  // @ts-expect-error a headline has no anchor
  if (block.type === "headline") block.value.anchor;
  // @ts-expect-error a type of block is not handled
  showBlocks(issue.body, { headline: () => "", story_section: () => "", bottom_line: () => "" }, () => "");
  // @ts-expect-error a bottom line has no heading
  showBlocks(issue.body, { ...all, bottom_line: (value) => value.heading }, () => "");
  // @ts-expect-error nothing for blocks of the site
  showBlocks(issue.body, all);
  // @ts-expect-error no such option
  createDigest({ baseUrl: "https://cms.example.com/api/v1/", cached: true });
  // @ts-expect-error no URL
  createDigest({});
  // @ts-expect-error no such parameter
  digest.issues({ limt: 1 });
  // @ts-expect-error no such order
  digest.issues({ order: "title" });
  // @ts-expect-error no such field
  digest.issues({ fields: ["headlines"] });
  // @ts-expect-error set once, for all requests
  digest.issues({ site: "books.example" });
  // @ts-expect-error a digest is needed
  await digest.issue({ slug: "2026-11-20" });
  // @ts-expect-error one or the other
  await digest.issue({ digest: "signals", slug: "2026-11-20", latest: true });
  // @ts-expect-error may be null
  (await digest.issue(1)).headline;
  // @ts-expect-error was not asked for
  (await digest.issue(1, { fields: ["url"] }))?.headline;
  // @ts-expect-error a list has no bodies
  (await digest.issues().page()).results[0]?.body.length;
  // @ts-expect-error a page has no location
  (await digest.resolve("/"))?.location;
  // @ts-expect-error words are needed
  await digest.search();
  // @ts-expect-error not before the type is known
  (await digest.search("a"))?.results[0]?.id.toFixed();
  // @ts-expect-error an address is needed
  await digest.subscribe({ digest: "signals" });
  // @ts-expect-error no such path
  await digest.api.GET("/issue/");
  // @ts-expect-error a path is needed
  await digest.api.GET("/pages/");
  // @ts-expect-error neither of the formats
  srcSet(issue.image, "avif");
  // @ts-expect-error not before the type is known
  (await verifyWebhook(new Request("https://www.example.com/"), "whsec_")).data.id.toFixed();
}

const all = { headline: () => "", story_section: () => "", bottom_line: () => "", sources: () => "" };
