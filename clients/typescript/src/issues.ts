import type { Api } from "./digest.js";
import { required, withFieldNames } from "./digest.js";
import type { CopiedIssue, IssueFilters, Issues, ListedIssue, ListIssues, RequestOptions } from "./types.js";

type Field = keyof ListedIssue;
type Filters = IssueFilters<Field> & { include?: "body" };

export function makeListIssues(api: Api, locale: string | undefined): ListIssues {
  function list(filters: IssueFilters<never> & { include: "body" }, options?: RequestOptions): Issues<CopiedIssue>;
  function list(filters?: IssueFilters<Field>, options?: RequestOptions): Issues<ListedIssue>;
  function list(filters: Filters = {}, options: RequestOptions = {}): Issues<ListedIssue> {
    const page = makePage(api, { ...(locale && { locale }), ...filters }, options);
    return { page, [Symbol.asyncIterator]: () => results(page) };
  }
  return list;
}

function makePage(api: Api, filters: Filters, options: RequestOptions): Issues<ListedIssue>["page"] {
  const first = withFieldNames(filters);
  return async (url) => {
    const cursor = url && new URL(url).searchParams.get("cursor");
    const query = cursor ? { ...first, cursor } : first;
    return required(await api.GET("/issues/", { params: { query }, ...options }));
  };
}

async function* results<T>(page: Issues<T>["page"]): AsyncGenerator<T, void, undefined> {
  let url: string | null | undefined;
  do {
    const found = await page(url);
    yield* found.results;
    url = found.next;
  } while (url);
}
