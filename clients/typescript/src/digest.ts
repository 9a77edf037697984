import createClient from "openapi-fetch";
import type { Client } from "openapi-fetch";

import { errorOf, isProblem } from "./errors.js";
import { makeListIssues } from "./issues.js";
import { reliableFetch } from "./requests.js";
import type { Fetch } from "./requests.js";
import type { paths } from "./schema.js";
import { sync } from "./sync.js";
import type { Digest, Issue, IssueChoice, Json, TextOptions } from "./types.js";

export type Api = Client<paths, Json>;

export interface Options {
  /** The URL of the API, as `https://cms.example.com/api/v1/`. */
  baseUrl: string;
  /** The host of a site, instead of the one that `baseUrl` leads to. */
  site?: string | undefined;
  /** The language of issues, digests, stories and results. */
  locale?: string | undefined;
  /** Used in place of the global `fetch`. */
  fetch?: Fetch | undefined;
  /** Keep 200 responses in memory, and ask whether they are still the same. */
  cache?: boolean | undefined;
  /** The sequence of a change that every response has to include. */
  at?: number | undefined;
}

interface Outcome<T> {
  data?: T | undefined;
  error?: unknown;
  response: Response;
}

/** Return a client of one site; with `createDigest<paths>()` for the types of a site of yours. */
export function createDigest<P extends {} = paths>(options: Options): Digest<P>;
export function createDigest({ locale, ...options }: Options): Digest {
  const api = createApi(options);
  return {
    api,
    site: async (init) => read(await api.GET("/site/", { ...init })),
    issue: async (choice, init) => read(await getIssue(api, choice, locale, init ?? {})),
    issues: makeListIssues(api, locale),
    resolve: async (path, init) => read(await api.GET("/pages/", { params: { query: { path } }, ...init })),
    search: async (q, filters, init) => {
      const query = { ...(locale && { locale }), ...filters, q };
      return read(await api.GET("/search/", { params: { query }, ...init }));
    },
    preview: async (token, { signal, ...query } = {}) => {
      const params = { path: { token }, query: withFieldNames(query) };
      return read(await api.GET("/preview/{token}/", { params, ...(signal && { signal }) }));
    },
    subscribe: async ({ digest, locale: language = locale, ...body }, init) => {
      const params = { path: { slug: digest }, query: { ...(language && { locale: language }) } };
      return required(await api.POST("/digests/{slug}/subscriptions/", { params, body, ...init }));
    },
    sync: (store, init) => sync(api, store, { ...(locale && { locale }) }, init),
  };
}

function createApi({ baseUrl, site, at, fetch: send = (request) => fetch(request), cache }: Options): Api {
  const fixed = { site, at };
  return createClient<paths, Json>({
    baseUrl: new URL(baseUrl).href,
    fetch: reliableFetch(send, cache ?? false),
    querySerializer: (query) => serialize({ ...fixed, ...query }),
  });
}

function serialize(query: Record<string, unknown>): string {
  const set = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  return new URLSearchParams(set.map(([name, value]) => [name, String(value)])).toString();
}

function getIssue(
  api: Api,
  choice: IssueChoice,
  locale: string | undefined,
  { signal, ...text }: TextOptions<keyof Issue>,
): Promise<Outcome<Issue>> {
  const init = signal ? { signal } : {};
  const query = withFieldNames(text);
  if (typeof choice === "number") {
    return api.GET("/issues/{id}/", { params: { path: { id: choice }, query }, ...init });
  }
  const local = { ...(locale && { locale }), ...query };
  if (choice.latest) {
    const { latest, slug, ...filters } = choice;
    return api.GET("/issues/latest/", { params: { query: { ...local, ...filters } }, ...init });
  }
  const { digest, slug, ...filters } = choice;
  const path = { digest_slug: digest, slug };
  const params = { path, query: { ...local, ...filters } };
  return api.GET("/digests/{digest_slug}/issues/{slug}/", { params, ...init });
}

/** Return the query with the names of fields as the API takes them. */
export function withFieldNames<T extends { fields?: readonly string[] | undefined }>(
  query: T,
): Omit<T, "fields"> & { fields?: string } {
  const { fields, ...others } = query;
  return fields ? { ...others, fields: fields.join(",") } : others;
}

/** Return what a read has found; null if the API says that there is no such thing. */
export function read<T>({ data, error, response }: Outcome<T>): T | null {
  if (response.status === 404 && isProblem(error)) return null;
  return required({ data, error, response });
}

export function required<T>({ data, error, response }: Outcome<T>): T {
  if (!response.ok || data === undefined) throw errorOf(response, error);
  return data;
}

