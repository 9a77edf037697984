/** How many responses are cached; the one that was unused longest goes first. */
const SIZE = 200;

interface Entry {
  etag: string;
  headers: Headers;
  data: unknown;
}

/** Caches JSON by URL, and asks whether it is still the same: a 304 returns the cached object. */
export class EtagCache {
  readonly #entries = new Map<string, Entry>();

  /** Return the request, as a conditional one if its response is cached. */
  conditional(request: Request): Request {
    const entry = this.#entries.get(keyOf(request));
    if (!entry) return request;
    const headers = new Headers(request.headers);
    headers.set("If-None-Match", entry.etag);
    return new Request(request, { headers });
  }

  /** Store a response, or return what is stored for a 304. */
  async responseTo(request: Request, response: Response): Promise<Response> {
    const key = keyOf(request);
    const entry = response.status === 304 ? this.#entries.get(key) : await entryOf(request, response);
    if (!entry) return response;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= SIZE) break;
      this.#entries.delete(oldest);
    }
    return withData(entry);
  }
}

function keyOf(request: Request): string {
  return `${request.headers.get("Accept") ?? ""} ${request.url}`;
}

/** Return what to store: of the feed of changes nothing, whose pages are read once. */
async function entryOf(request: Request, response: Response): Promise<Entry | undefined> {
  const { headers } = response;
  const etag = headers.get("ETag");
  const isStored = response.status === 200 && etag && !/no-store/.test(headers.get("Cache-Control") ?? "");
  const isJson = headers.get("Content-Type")?.startsWith("application/json");
  if (!isStored || !isJson || new URL(request.url).pathname.endsWith("/changes/")) return undefined;
  return { etag, headers: new Headers(headers), data: await response.clone().json() };
}

/** Return a response whose `json()` is always the same object. */
function withData(entry: Entry): Response {
  const headers = new Headers(entry.headers);
  headers.set("Content-Length", "1"); // openapi-fetch calls `json()` only if there is a length
  const response = new Response(null, { headers });
  return Object.assign(response, { json: async () => entry.data });
}
