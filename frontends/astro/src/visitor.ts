import { proxies } from "./environment.ts";

/** What Astro knows of a request. */
interface Visit {
  request: Request;
  /** The IP address of the connection. */
  clientAddress: string;
}

/** Return the IP address of the visitor: the one that the outermost of our own proxies has seen. */
export function addressOf({ request, clientAddress }: Visit): string {
  const forwarded = request.headers.get("X-Forwarded-For")?.split(",") ?? [];
  return (proxies && forwarded.at(-proxies)?.trim()) || clientAddress;
}

/** Return whether a form was sent from a page of another site. */
export function isCrossSite({ headers }: Request): boolean {
  const from = headers.get("Sec-Fetch-Site");
  if (from) return from !== "same-origin";
  const origin = headers.get("Origin");
  return origin !== null && origin.replace(/^https?:\/\//, "") !== headers.get("Host");
}
