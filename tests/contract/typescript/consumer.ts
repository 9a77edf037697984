// What a frontend in TypeScript does with the API. `make types-check` compiles it against the types
// that openapi-typescript makes of the document; it is never run.

import type { components, paths } from "./schema.js";

type Schemas = components["schemas"];
type Answer<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { "application/json": infer Body } } } };
}
  ? Body
  : never;
type Query<Path extends keyof paths> = paths[Path] extends {
  get: { parameters: { query?: infer Q } };
}
  ? Q
  : never;

const API = "https://signals.example/api/v1";

/** One address of the API, with the type of its answer; a problem is thrown. */
async function read<Path extends keyof paths>(path: Path, query: Query<Path>): Promise<Answer<Path>> {
  const parameters = new URLSearchParams(query as Record<string, string>);
  const response = await fetch(`${API}${path}?${parameters}`);
  if (!response.ok) throw explain((await response.json()) as Schemas["Problem"]);
  return (await response.json()) as Answer<Path>;
}

function explain(problem: Schemas["Problem"]): Error {
  const wrong = (problem.errors ?? []).map((error) => `${error.parameter ?? error.pointer} (${error.code})`);
  return new Error(`${problem.status} ${problem.title}: ${problem.detail} ${wrong.join(", ")}`);
}

/** Every type of block is handled: with one more in the document, this does not compile. */
function html(block: Schemas["Block"]): string {
  switch (block.type) {
    case "headline":
      return `<h1>${block.value.headline}</h1><p>${block.value.summary}</p>`;
    case "story_section":
      return `<h2 id="${block.value.anchor}">${block.value.heading}</h2>${block.value.body}`;
    case "bottom_line":
      return block.value.text;
    case "sources":
      return block.value.items.map((source) => `<cite>${source.title}</cite>`).join("");
    default:
      return unhandled(block);
  }
}

function unhandled(found: never): never {
  throw new Error(`This is of a type that is not in the document: ${JSON.stringify(found)}`);
}

function picture(image: Schemas["Image"] | null): string {
  if (image === null) return "";
  const sizes: string[] = image.renditions.map((found) => `${found.url} ${found.width}w`);
  return `<img alt="${image.alt}" srcset="${sizes.join(", ")}" width="${image.width}">`;
}

/** Follows a list to its end by the address that each page of it names. */
async function* everyIssue(): AsyncGenerator<Schemas["Issue"]> {
  let page: Schemas["IssueList"] = await read("/issues/", { limit: 100, order: "date" });
  yield* page.results;
  while (page.next !== null) {
    page = (await (await fetch(page.next)).json()) as Schemas["IssueList"];
    yield* page.results;
  }
}

/** What a frontend's catch-all route does: show what is there, or go where it leads. */
export async function route(path: string): Promise<string> {
  const found = await read("/pages/", { path });
  switch (found.type) {
    case "redirect":
      return `${found.is_permanent ? 308 : 307} ${found.location}`;
    case "issue":
    case "digest":
    case "page":
      return found.api_url ?? found.title;
    default:
      return unhandled(found);
  }
}

function retold(story: Schemas["Story"]): string {
  const sources = story.sources.map((source) => source.url ?? source.publisher);
  return [story.heading, story.issue.title, story.digest?.title, picture(story.image), ...sources].join();
}

export async function stories(words: string): Promise<string[]> {
  const { results, count } = await read("/stories/", { q: words, count: true, limit: 5 });
  return [String(count ?? 0), ...results.map(retold)];
}

/** An id is a text or a number, by what was found. */
function found(result: Schemas["SearchResult"]): string {
  switch (result.type) {
    case "story":
      return `${result.id.toLowerCase()} ${result.title.html} ${result.excerpt.html}`;
    case "issue":
      return `${result.id.toFixed()} ${result.title.html}`;
    default:
      return unhandled(result);
  }
}

export async function search(q: string): Promise<string[]> {
  const { query, results, facets, promoted } = await read("/search/", { q, order: "relevance" });
  const instead = query.corrections.map(({ written, searched }) => `${written}: ${searched}`);
  const narrowed = facets.tags.map((tag) => `${tag.name} (${tag.count})`);
  const first = promoted.map((promotion) => promotion.page?.title ?? promotion.url);
  return [query.literal_url ?? query.text, ...instead, ...first, ...results.map(found), ...narrowed];
}

export async function suggestions(q: string): Promise<string[]> {
  const { suggestions } = await read("/search/suggest/", { q, limit: 5 });
  return suggestions.map((suggestion) => suggestion.url ?? suggestion.api_url);
}

export async function render(): Promise<string> {
  const issue = await read("/issues/latest/", { tag: "energy" });
  const kind: "issue" = issue.type;
  const before: number | undefined = issue.previous?.id;
  const note = issue.correction && `${issue.correction.text} (${issue.correction.at.slice(0, 10)})`;
  const told = issue.provenance && [issue.provenance.text, issue.provenance.approved_at ?? ""].join();
  const head = [kind, told ?? "", issue.byline.toUpperCase(), note ?? "", picture(issue.image)];
  const lines = [...head, ...issue.body.map(html), String(before)];
  for await (const listed of everyIssue()) lines.push(listed.digest?.title ?? listed.headline);
  return lines.join("\n");
}

// What must not compile. A line that does is an error: the types would have become "anything".
export async function mistakes(block: Schemas["Block"]): Promise<void> {
  // @ts-expect-error not before the type is known
  block.value.heading;
  // @ts-expect-error no such type of block
  if (block.type === "stroy_section") return;
  // @ts-expect-error a headline has no anchor
  if (block.type === "headline") block.value.anchor;
  // @ts-expect-error no such parameter
  await read("/issues/", { limt: 1 });
  // @ts-expect-error no such order
  await read("/issues/", { order: "title" });
  // @ts-expect-error no such address
  await read("/issue/", {});
  // @ts-expect-error a list is not an issue
  (await read("/issues/", {})).headline;
  // @ts-expect-error a path is needed
  await read("/pages/", {});
  // @ts-expect-error words are needed
  await read("/search/", { tag: "energy" });
  // @ts-expect-error not before the type is known
  (await read("/search/", { q: "a" })).results[0]?.id.toFixed();
  // @ts-expect-error a page has no location
  (await read("/pages/", { path: "/" })).location;
  // @ts-expect-error may be null
  (await read("/issues/latest/", {})).image.alt;
}

/** Signs a reader up for a digest, if it takes sign-ups, and shows what to do next. */
export async function subscribe(digest: Schemas["Digest"], email: string): Promise<string> {
  if (!digest.newsletter?.is_open) return "This digest is not sent by mail.";
  const body: Schemas["SubscriptionBody"] = { email, website: "" };
  const response = await fetch(digest.newsletter.subscribe_url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw explain((await response.json()) as Schemas["Problem"]);
  const signup = (await response.json()) as Schemas["Signup"];
  return signup.status === "check_your_inbox" ? signup.detail : unhandled(signup.status);
}

/** Confirms a subscription once its reader has pressed the button, and returns where to read on. */
export async function confirm(token: string): Promise<string> {
  const response = await fetch(`${API}/confirmations/${token}/`, { method: "POST" });
  if (!response.ok) throw explain((await response.json()) as Schemas["Problem"]);
  const confirmed = (await response.json()) as Schemas["Subscribed"];
  return confirmed.latest_issue?.url ?? confirmed.digest.url;
}
