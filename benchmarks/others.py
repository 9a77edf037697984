"""The other endpoints, feeds and pages of this API, which are measured for their growth."""

ISSUES = "/api/v1/issues/"

# The text and the URL of each case by name.
OTHERS = {
    "count": ("20 issues and their count", f"{ISSUES}?count=true"),
    "of-digest": ("20 issues of a digest", f"{ISSUES}?digest=daily"),
    "rare-tag": ("20 issues of a rare tag", f"{ISSUES}?tag=topic-39"),
    "tag-all": ("20 issues with two tags", f"{ISSUES}?tag_all=topic-5,topic-6"),
    "q": ("20 issues with a word", f"{ISSUES}?q=topic"),
    "stories": ("20 stories", "/api/v1/stories/"),
    "latest": ("the latest issue", f"{ISSUES}latest/"),
    "suggest": ("suggestions", "/api/v1/search/suggest/?q=to"),
    "tags": ("20 tags", "/api/v1/tags/"),
    "one-tag": ("one tag", "/api/v1/tags/topic-5/"),
    "sources": ("20 sources", "/api/v1/sources/"),
    "digests": ("the digests", "/api/v1/digests/"),
    "site": ("the site", "/api/v1/site/"),
    "changes": ("20 changes", "/api/v1/changes/?limit=20"),
    "site-feed": ("the feed of the site", "/feeds/rss.xml"),
    "tag-feed": ("the feed of a tag", "/feeds/daily/tags/topic-5/rss.xml"),
    "llms": ("llms.txt", "/llms.txt"),
    "sitemap": ("the sitemap", "/sitemap.xml"),
    "digest-page": ("the page of a digest", "/daily/"),
    "tag-page": ("the page of a tag", "/tags/topic-5/"),
    "tags-page": ("the page of all tags", "/tags/"),
}
