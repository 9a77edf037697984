"""All endpoints that may show an issue. A new endpoint, feed or page gets a line here."""

from tests.optional_apps import served

# Lists of all issues of the site, with the slug of each. Those with bodies filter by a tag, since
# the issue whose text links to all others has none.
LISTS = served(
    "/api/v1/issues/?limit=100",
    "/api/v1/issues/?limit=100&order=date&count=true",
    "/api/v1/issues/?limit=100&tag=every&include=body",
    "/api/v1/issues/?limit=100&tag_all=every&include=body&rich_text=markdown",
    "/api/v1/issues/?limit=100&tag=every&include=body&rich_text=text&fields=slug,body",
    "/api/v1/issues/?limit=100&date_from=2026-04-14&date_to=2026-04-14",
    "/api/v1/issues/?limit=100&year=2026&month=4&locale=en&fields=id,slug",
    "/api/v1/issues/?limit=100&updated_since=2020-01-01T00:00:00Z",
    "/api/v1/issues/?limit=100&q=happened",
    "/api/v1/stories/?limit=100&tag=every",
    "/api/v1/stories/?limit=100&tag_all=every&order=date&rich_text=text&count=true",
    "/api/v1/stories/?limit=100&q=happened&fields=url",
    "/api/v1/sources/?limit=100&count=true",
    "/api/v1/changes/?limit=500",
    "/api/v1/changes/?limit=500&kind=issue&locale=en",
    "/api/v1/search/?limit=100&q=happened&tag=every",
    "/api/v1/search/?limit=100&q=happend&tag_all=every&order=date&count=true",
    "/api/v1/search/?limit=100&q=what+happ&prefix=true&tag=every&order=-date",
    "/mcp/?tool=list_issues&limit=20&tag=every",
    "/mcp/?tool=search_stories&limit=20&query=happened&tag=every",
    "/",
    "/tags/every/",
    "/search/?q=happened",
    "/sitemap.xml",
    "/llms.txt",
)

# Whole issues of all digests, one of which links to all others.
SITE_FEEDS = ["/feeds/rss.xml", "/feeds/atom.xml", "/feeds/feed.json"]

# The tags of all issues of the site.
TAG_LISTS = served(
    "/api/v1/tags/?limit=100",
    "/api/v1/tags/?limit=100&count=true",
    "/api/v1/search/?limit=1&q=happened&tag=every",
    "/tags/",
)

# All digests of the site.
DIGEST_LISTS = served(
    "/api/v1/digests/?limit=100&count=true",
    "/api/v1/site/",
    "/api/v1/search/?limit=1&q=happened",
    "/",
    "/feeds/",
    "/sitemap.xml",
)

# The issues of one digest; 404 if the digest is hidden.
OF_A_DIGEST = [
    "/feeds/{parent}/rss.xml",
    "/feeds/{parent}/atom.xml",
    "/feeds/{parent}/feed.json",
    "/feeds/{parent}/tags/{tag}/rss.xml",
    "/feeds/{parent}/tags/{tag}/atom.xml",
    "/feeds/{parent}/tags/{tag}/feed.json",
]

# The digest itself.
DIGESTS = served("/api/v1/digests/{parent}/", *OF_A_DIGEST[:3], "/newsletter/subscribe/{parent}/")

# POST to a digest, with a valid body: success, or the response for a digest that does not exist.
# The fixture `notes` adds the first one.
POSTS = [
    ("/api/v1/digests/{parent}/notes/", {"text": "Thanks."}),
    ("/api/v1/digests/{parent}/subscriptions/", {"email": "reader@example.org"}),
]
POSTS = [(path, body) for path, body in POSTS if served(path)]

# One issue: 200 and its slug, or the response for an issue that does not exist.
DETAILS = [
    "/api/v1/issues/{pk}/",
    "/api/v1/issues/{pk}/?rich_text=markdown",
    "/api/v1/issues/{pk}/?fields=id,slug",
    "/api/v1/issues/{pk}.md",
    "/api/v1/digests/{parent}/issues/{slug}/",
    "/api/v1/issues/latest/?tag={tag}",
    "/api/v1/stories/{story}/",
    "/api/v1/pages/?path={path}",
]

# One issue, of a tool: its slug, or the result for an issue that does not exist.
TOOLS = served("/mcp/?tool=get_issue&id={pk}")

# Results that may also have an issue with a similar heading, or another one of the digest.
SIMILAR = served(
    "/mcp/?tool=find_repeats&headings=story{word}",
    "/mcp/?tool=get_issue&digest={parent}&date=2026-04-14",
)

# Results for an issue's tag and words; an empty list if no public issue has them.
FILTERED = served(
    "/api/v1/tags/{tag}/",
    "/tags/{tag}/",
    "/api/v1/issues/?tag={tag}",
    "/api/v1/issues/?tag_all=every,{tag}&count=true",
    "/api/v1/issues/?q=text{word}",
    "/api/v1/issues/?q=title{word}&include=body",
    "/api/v1/stories/?tag={tag}&count=true",
    "/api/v1/stories/?q=story{word}",
    "/api/v1/sources/?host={word}.example&count=true",
    "/api/v1/search/?q=text{word}",
    "/api/v1/search/?q=story{word}&count=true&correct=false",
    "/api/v1/search/?q=happened&tag={tag}",
    "/api/v1/search/suggest/?q=title{word}",
    "/search/?q=text{word}",
    "/mcp/?tool=list_issues&tag={tag}",
    "/mcp/?tool=search_stories&query=story{word}",
    "/mcp/?tool=find_repeats&urls=https://{word}.example/slug{word}",
)

# Results for a misspelt word of an issue, or the beginning of one, which may be corrected or
# completed.
NEARLY = served(
    "/api/v1/search/?q=text{word}",
    "/api/v1/search/?q=happened+story{word}&count=true",
    "/api/v1/search/?q=title{word}&prefix=true",
    "/api/v1/search/suggest/?q=title{word}",
    "/search/?q=text{word}",
)

# Counts of search results.
COUNTED = served(
    "/api/v1/search/?q=happened&count=true",
    "/api/v1/search/?q=hapened&count=true&limit=1",
    "/api/v1/search/?q=happened+nowhere&order=date",
    "/api/v1/search/suggest/?q=ta",
    "/search/?q=happened",
)

# A draft, for anyone with a token of that page ("T" in the matrix): 200 and the title in the
# token's revision, in every state of the page except an alias, which has no drafts; only on the
# page's site. 404 for any other token.
PREVIEWS = ["/api/v1/preview/{token}/", "/preview/{token}/"]

# Prefixes of endpoints whose responses do not depend on the visitor, except for pages of the site.
_PREFIXES = ("/api/", "/feeds/", "/newsletter/", "/sitemap.xml", "/llms.txt")


def is_visitor_independent(path):
    return path.startswith(_PREFIXES) and path != "/feeds/"


# Responses that are the same for every site.
FIXED = ["/api/v1/", "/api/v1/schema/", "/api/v1/problems/", "/api/v1/docs/"]
