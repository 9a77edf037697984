import { DigestError } from "digest-client";
import type { Body } from "digest-client";

import { getDigest, inTime } from "./digest";

type Results = Body<"/search/">;

export interface Search {
  /** What was searched for, as in the URL of the page. */
  query: URLSearchParams;
  results: Results | null;
  /** Why nothing was searched. */
  problem?: "long" | "many";
}

/** Search for `q`, for a visitor with this IP address. A filter that is not valid is left out, and an outdated cursor starts again. */
export async function search(query: URLSearchParams, address: string): Promise<Search> {
  try {
    return { query, results: await find(query, address) };
  } catch (error) {
    const errors = (error instanceof DigestError && error.problem?.errors) || [];
    const q = errors.find(({ parameter }) => parameter === "q");
    if (q) return { query, results: null, problem: q.code === "max_length" ? "long" : "many" };
    const rest = without(query, ...errors.map(({ parameter = "" }) => parameter));
    if (rest.size === query.size) throw error;
    return search(rest, address);
  }
}

async function find(query: URLSearchParams, address: string): Promise<Results | null> {
  const digest = await getDigest(address);
  const order = query.get("order") === "-date" ? "-date" : "relevance";
  const filters = {
    ...(query.has("digest") && { digest: query.get("digest") ?? "" }),
    ...(query.has("tag") && { tag: query.get("tag") ?? "" }),
    ...(query.has("year") && { year: Number(query.get("year")) }),
    ...(query.has("cursor") && { cursor: query.get("cursor") ?? "" }),
    ...(query.get("correct") === "false" && { correct: false }),
  };
  return digest.search(query.get("q") ?? "", { ...filters, order, count: true }, inTime());
}

/** Return the parameters without those with these names. */
export function without(query: URLSearchParams, ...names: string[]): URLSearchParams {
  return new URLSearchParams([...query].filter(([name]) => !names.includes(name)));
}

/** Return the link to a search with other parameters, from its first result on. */
export function linkTo(query: URLSearchParams, changes: Record<string, string | number>): string {
  const changed = without(query, "cursor", ...Object.keys(changes));
  for (const [name, value] of Object.entries(changes)) changed.set(name, String(value));
  return `?${changed}`;
}

/** Return the values of each filter, by its parameter. */
export function valuesOf({ digests, tags, years }: Results["facets"]) {
  return {
    digest: digests.map(({ slug, title, count }) => ({ value: slug, title, count })),
    tag: tags.map(({ slug, name, count }) => ({ value: slug, title: name, count })),
    year: years.map(({ year, count }) => ({ value: String(year), title: String(year), count })),
  };
}
