import type { Client } from "openapi-fetch";

import type { paths } from "./schema.js";

export type Json = "application/json" | "application/problem+json";

/** The JSON that a path returns. */
export type Body<Path extends PropertyKey, P = paths> = P extends {
  [path in Path]: { get: { responses: { 200: { content: { "application/json": infer Found } } } } };
}
  ? Found
  : never;

/** The query parameters of a path, but those that `createDigest` sets. */
export type Query<Path extends PropertyKey, P = paths> = P extends {
  [path in Path]: { get: { parameters: { query?: infer Found } } };
}
  ? Omit<NonNullable<Found>, "site" | "at">
  : never;

type PostBody<Path extends PropertyKey, P> = P extends {
  [path in Path]: { post: { responses: { 202: { content: { "application/json": infer Found } } } } };
}
  ? Found
  : never;

type PostedBody<Path extends PropertyKey, P> = P extends {
  [path in Path]: { post: { requestBody?: { content: { "application/json": infer Found } } } };
}
  ? Found
  : never;

type Result<List> = List extends { results: (infer Found)[] } ? Found : never;
type With<T, Name extends keyof T> = T & Required<Pick<T, Name>>;

export type Issue<P = paths> = Body<"/issues/{id}/", P>;
/** A draft; it has a `field_map` if that was asked for. */
export type Preview<P = paths> = Body<"/preview/{token}/", P>;
/** An issue of a list; it has a body if `include` asks for it. */
export type ListedIssue<P = paths> = Result<Body<"/issues/", P>>;
/** An issue of the feed of changes. */
export type CopiedIssue<P = paths> =
  ListedIssue<P> extends { body?: unknown } ? With<ListedIssue<P>, "body"> : never;
export type Block<P = paths> = Issue<P> extends { body: (infer Found)[] } ? Found : never;
export type Image<P = paths> = NonNullable<Issue<P> extends { image: infer Found } ? Found : never>;
export type IssuePage<T, P = paths> = Omit<Body<"/issues/", P>, "results"> & { results: T[] };

export interface RequestOptions {
  signal?: AbortSignal | undefined;
}

export interface TextOptions<Field> extends RequestOptions {
  /** Only these fields; the type of the result has no others. */
  fields?: readonly Field[] | undefined;
  rich_text?: Query<"/issues/{id}/">["rich_text"];
}

/** An issue by its id, by the slugs of its URL, or the latest one that the filters match. */
export type IssueChoice<P = paths> =
  | number
  | { digest: string; slug: string; locale?: string; latest?: never }
  | (Omit<Query<"/issues/latest/", P>, "fields" | "rich_text"> & { latest: true; slug?: never });

export type IssueFilters<Field, P = paths> = Omit<Query<"/issues/", P>, "fields" | "include"> & {
  fields?: readonly Field[] | undefined;
};

/** Issues of all pages of a list. */
export interface Issues<T, P = paths> extends AsyncIterable<T> {
  /** Get one page: the first, or that of the `next` or `previous` of another. */
  page(url?: string | null): Promise<IssuePage<T, P>>;
}

type Promised<T> = T | Promise<T>;

/** Where `sync` keeps a copy. */
export interface Store<T = CopiedIssue> {
  /** How far the copy is: nothing at first, then what `set` got last. */
  token: { get(): Promised<string | null | undefined>; set(token: string): Promised<unknown> };
  /** Store an issue in place of the one with its id; `sequence` is that of its change, for `at`. */
  put(issue: T, sequence: number): Promised<unknown>;
  /** Delete the issue with this id, if there is one. */
  remove(id: number): Promised<unknown>;
  /** Delete all issues. */
  clear(): Promised<unknown>;
}

/** A list of issues: with `include: "body"` each has its body, with `fields` only these fields. */
export interface ListIssues<P = paths> {
  (filters: IssueFilters<never, P> & { include: "body" }, options?: RequestOptions): Issues<CopiedIssue<P>, P>;
  <const Field extends keyof ListedIssue<P> = keyof ListedIssue<P>>(
    filters?: IssueFilters<Field, P> & { include?: never },
    options?: RequestOptions,
  ): Issues<Pick<ListedIssue<P>, Field>, P>;
}

export interface Digest<P extends {} = paths> {
  /** The name, the languages, the menu and the digests of the site. */
  site(options?: RequestOptions): Promise<Body<"/site/", P> | null>;
  issue<const Field extends keyof Issue<P> = keyof Issue<P>>(
    choice: IssueChoice<P>,
    options?: TextOptions<Field>,
  ): Promise<Pick<Issue<P>, Field> | null>;
  /** The issues of all pages of a list. */
  readonly issues: ListIssues<P>;
  /** What is at a path, or where it redirects to. */
  resolve(path: string, options?: RequestOptions): Promise<Body<"/pages/", P> | null>;
  search(
    q: string,
    filters?: Omit<Query<"/search/", P>, "q">,
    options?: RequestOptions,
  ): Promise<Body<"/search/", P> | null>;
  /** A draft, with the token of its preview. */
  preview<const Field extends Exclude<keyof Preview<P>, "field_map"> = Exclude<keyof Preview<P>, "field_map">>(
    token: string,
    options?: TextOptions<Field> & { field_map?: boolean | undefined },
  ): Promise<Pick<Preview<P>, Field | (keyof Preview<P> & "field_map")> | null>;
  /** Sign a reader up for a digest. */
  subscribe(
    reader: { digest: string; locale?: string } & PostedBody<"/digests/{slug}/subscriptions/", P>,
    options?: RequestOptions,
  ): Promise<PostBody<"/digests/{slug}/subscriptions/", P>>;
  /** Bring a copy of all issues up to date; return the number of changes. */
  sync(store: Store<CopiedIssue<P>>, options?: RequestOptions): Promise<number>;
  /** The openapi-fetch client: every operation, with `site` and `at` added. */
  readonly api: Client<P, Json>;
}
