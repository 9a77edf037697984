import { createDigest, DigestError } from "digest-client";
import type { Digest, Options } from "digest-client";

import { api, at, isBuild } from "./environment";
import { Kept } from "./kept";

/** Changes of the menu have no sequence that keeps caches from sending a response that is older. */
const fetchFresh = (request: Request) => fetch(withHeader(request, "Cache-Control", "no-cache"));

const options: Options = { baseUrl: api, at, fetch: isBuild ? fetchFresh : undefined };
const kept = new Kept(() => createDigest(options).site(isBuild ? {} : inTime()));

type Local = { locale: string };

/** Return the site with the menu and the digests of the language of its front page: this frontend has no other. */
export async function getSite() {
  const site = await kept.get();
  if (!site) throw new Error(`There is no site at ${api}.`);
  const locale = site.locales.find(({ is_default }) => is_default)?.code;
  const isOwn = (page: Local) => !locale || page.locale === locale;
  return { ...site, locale, navigation: site.navigation.filter(isOwn), digests: site.digests.filter(isOwn) };
}

export type Site = Awaited<ReturnType<typeof getSite>>;

export async function getOptions(): Promise<Options> {
  return { ...options, locale: (await getSite()).locale };
}

/** Return the client for a request of a visitor, for whose IP address the site counts it. */
export async function getDigest(address: string): Promise<Digest> {
  return createDigest({ ...(await getOptions()), fetch: (request) => fetchFor(address, request) });
}

/** Make a 429 an error at once: the client would wait if the limit ends soon, and the visitor with it. */
async function fetchFor(address: string, request: Request): Promise<Response> {
  const response = await fetch(withHeader(request, "X-Forwarded-For", address));
  if (response.status !== 429) return response;
  const headers = new Headers(response.headers);
  headers.set("Retry-After", "3600");
  return new Response(response.body, { status: 429, headers });
}

function withHeader(request: Request, name: string, value: string): Request {
  request.headers.set(name, value);
  return request;
}

/** Limit how long a reader waits for a page. */
export const inTime = () => ({ signal: AbortSignal.timeout(5_000) });

/** Return the path of a page in this frontend, from its URL: with its anchor, if it has one. */
export function pathOf(url: string): string {
  const { pathname, hash } = new URL(url);
  return pathname + hash;
}

/** Return the parameter of a route of pages that have the paths of their URLs. */
export function paramOf(url: string): string {
  return decodeURI(new URL(url).pathname).replace(/^\/|\/$/g, "");
}

/** Return the direction of a language. */
export function directionOf(locale = ""): "ltr" | "rtl" {
  return /^(ar|ckb|dv|fa|he|ps|sd|ug|ur|yi)\b/.test(locale) ? "rtl" : "ltr";
}

/** Return what is read, or null if there is no such thing or the API says that there cannot be. */
export async function orNull<T>(reading: Promise<T | null>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof DigestError && error.status === 400) return null;
    throw error;
  }
}
