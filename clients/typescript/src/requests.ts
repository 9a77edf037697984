import { EtagCache } from "./cache.js";
import { DigestError } from "./errors.js";

export type Fetch = (request: Request) => Promise<Response>;

const TIMEOUT = 10_000; // milliseconds, of each attempt
const RETRIES = 2;
const LONGEST_WAIT = 30; // seconds; what asks for more is an error at once

/** Return a `fetch` that repeats GET requests, and caches if asked to. */
export function reliableFetch(fetch: Fetch, cache: boolean): Fetch {
  const stored = cache ? new EtagCache() : undefined;
  return async (request) => {
    if (request.method !== "GET") return await attempt(fetch, request);
    const conditional = stored?.conditional(request) ?? request;
    const response = await repeated(fetch, conditional);
    return stored ? await stored.responseTo(request, response) : response;
  };
}

async function repeated(fetch: Fetch, request: Request): Promise<Response> {
  for (let retry = 1; ; retry++) {
    const isLast = retry > RETRIES;
    const outcome = await attempt(fetch, request).catch((error: unknown) => {
      if (isLast || !(error instanceof DigestError)) throw error;
      return null;
    });
    const wait = outcome ? secondsToWait(outcome) : retry / 4;
    if (outcome && (isLast || wait === null)) return outcome;
    await pause(wait ?? 0, request.signal);
  }
}

/** Send a request once, and read its response to the end: the connection may break there as well. */
async function attempt(fetch: Fetch, request: Request): Promise<Response> {
  request.signal.throwIfAborted();
  const stop = new AbortController();
  const abort = () => stop.abort();
  const timer = setTimeout(abort, TIMEOUT);
  request.signal.addEventListener("abort", abort);
  try {
    // Node.js may lose the signal of a request that is collected as garbage, so a race is needed, too.
    const sent = fetchWhole(fetch, new Request(request, { signal: stop.signal }));
    return await Promise.race([sent, rejectedBy(stop.signal)]);
  } catch (error) {
    request.signal.throwIfAborted();
    if (isOfReact(error)) throw error;
    const reason = stop.signal.aborted ? "after 10 s" : codeOf(error);
    throw new DigestError(`No response from ${new URL(request.url).origin} (${reason})`);
  } finally {
    clearTimeout(timer);
    request.signal.removeEventListener("abort", abort);
  }
}

async function fetchWhole(fetch: Fetch, request: Request): Promise<Response> {
  const response = await fetch(request);
  await response.clone().arrayBuffer();
  return response;
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** Return whether a `fetch` of a framework stops rendering so: Next.js, to make a page dynamic. */
function isOfReact(error: unknown): boolean {
  return error instanceof Error && "digest" in error;
}

/** Return the code of a network error. Its message may contain the URL, and so a token. */
function codeOf(error: unknown): string {
  const { cause, name } = error instanceof Error ? error : new Error();
  const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : name;
  return String(code);
}

/** Return the seconds until a request may be repeated; null if it should not be. */
function secondsToWait(response: Response): number | null {
  if (response.status !== 429 && response.status !== 503) return null;
  const header = response.headers.get("Retry-After") ?? "1";
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return seconds <= LONGEST_WAIT ? Math.max(seconds, 0) : null;
}

function pause(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, seconds * 1000);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
  });
}
