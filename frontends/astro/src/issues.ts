import { getCollection } from "astro:content";

import type { Issue } from "./content.config";

const PER_PAGE = 20;
const RELATED = 3;

/** What to read after an issue. */
export interface Neighbours {
  previous?: Issue | undefined;
  next?: Issue | undefined;
  related: Issue[];
}

/** Return all issues, the newest first. */
export async function getIssues(): Promise<Issue[]> {
  const entries = await getCollection("issues");
  return entries.map(({ data }) => data).sort(newestFirst);
}

function newestFirst(a: Issue, b: Issue): number {
  return b.date.localeCompare(a.date) || b.id - a.id;
}

/** Return the issues of each digest, by its id. */
export function byDigest(issues: Issue[]): Map<number | undefined, Issue[]> {
  return Map.groupBy(issues, ({ digest }) => digest?.id);
}

/** Return the issues of each year, the newest first. */
export function byYear(issues: Issue[]): Map<string, Issue[]> {
  return Map.groupBy(issues, ({ date }) => date.slice(0, 4));
}

export interface Tagged {
  name: string;
  issues: Issue[];
}

/** Return each tag with its issues, by its slug. */
export function byTag(issues: Issue[]): Map<string, Tagged> {
  const found = new Map<string, Tagged>();
  for (const issue of issues) {
    for (const { slug, name } of issue.tags) {
      const tagged = found.get(slug);
      if (tagged) tagged.issues.push(issue);
      else found.set(slug, { name, issues: [issue] });
    }
  }
  return found;
}

/** Return each issue with its neighbours in its digest, and the newest others with one of its tags. */
export function withNeighbours(issues: Issue[]): { issue: Issue; neighbours: Neighbours }[] {
  const tags = byTag(issues);
  return [...byDigest(issues).values()].flatMap((own) =>
    own.map((issue, place) => {
      const [next, previous] = [own[place - 1], own[place + 1]];
      return { issue, neighbours: { previous, next, related: related(issue, tags, [issue, previous, next]) } };
    }),
  );
}

function related(issue: Issue, tags: Map<string, Tagged>, shown: (Issue | undefined)[]): Issue[] {
  const few = issue.tags.flatMap(({ slug }) => tags.get(slug)?.issues.slice(0, RELATED + shown.length) ?? []);
  const others = new Set(few.filter((other) => !shown.includes(other)));
  return [...others].sort(newestFirst).slice(0, RELATED);
}

/** One page of a list of issues. */
export interface IssuesPage {
  issues: Issue[];
  number: number;
  count: number;
  newer?: string | undefined;
  older?: string | undefined;
}

/** Divide a list: the first page is at `path`, such as `signals`, the others at `signals/page/2`. */
export function paginate(issues: Issue[], path = ""): { path: string; page: IssuesPage }[] {
  const count = Math.ceil(issues.length / PER_PAGE) || 1;
  const pathTo = (number: number) => [path, number > 1 && `page/${number}`].filter(Boolean).join("/");
  const hrefTo = (number: number) =>
    number >= 1 && number <= count ? `/${pathTo(number)}/`.replace("//", "/") : undefined;
  return Array.from({ length: count }, (_, index) => ({
    path: pathTo(index + 1),
    page: {
      issues: issues.slice(index * PER_PAGE, (index + 1) * PER_PAGE),
      number: index + 1,
      count,
      newer: hrefTo(index),
      older: hrefTo(index + 2),
    },
  }));
}
