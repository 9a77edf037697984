"""Examples for the schema, written here or taken from blocks; never from the database."""

from typing import Any
from uuid import NAMESPACE_OID, uuid5

from wagtail import blocks

from digest.rendering.bodies import Rendering

SITE = "https://signals.example"
API = f"{SITE}/api/v1"


def _page(pk: int, title: str, slug: str) -> dict[str, Any]:
    return {
        "id": pk,
        "title": title,
        "url": f"{SITE}/daily/{slug}/",
        "api_url": f"{API}/issues/{pk}/",
    }


DIGEST = {
    "id": 3,
    "slug": "daily",
    "title": "The Daily Grid",
    "url": f"{SITE}/daily/",
    "api_url": f"{API}/digests/daily/",
}
TAG = {"name": "Energy", "slug": "energy"}
IMAGE = {
    "alt": "Power lines over purple hills.",
    "width": 1600,
    "height": 900,
    "focal_point": {"x": 0.5, "y": 0.25},
    "renditions": [
        {"url": f"{SITE}/media/grid.webp", "width": 800, "height": 450, "format": "webp"}
    ],
}
DISCUSSION = {
    "provider": "giscus",
    "repo": "signals/talk",
    "repo_id": "R_kgDO",
    "category": "Issues",
    "category_id": "DIC_kwDO",
}
STORY_ID = "6f2f0a55-4f0c-4f52-9a6e-0f7f6f0f2a11"
STORY = {
    "id": STORY_ID,
    "type": "story",
    "heading": "One forecast for all grids",
    "anchor": "one-forecast-for-all-grids",
    "url": f"{SITE}/daily/2026-04-14/#one-forecast-for-all-grids",
    "api_url": f"{API}/stories/{STORY_ID}/",
    "date": "2026-04-14",
    "locale": "en",
    "body": "<p>Three operators now publish <b>one forecast</b>.</p>",
    "why_it_matters": "<p>Cities can plan repairs a season ahead.</p>",
    "image": None,
    "sources": [],
    "issue": _page(7, "Three grids, one forecast", "2026-04-14"),
    "digest": DIGEST,
}
ISSUE = {
    **_page(7, "Three grids, one forecast", "2026-04-14"),
    "type": "issue",
    "slug": "2026-04-14",
    "number": 104,
    "date": "2026-04-14",
    "published_at": "2026-04-14T06:00:00Z",
    "updated_at": "2026-04-14T09:30:00Z",
    "locale": "en",
    "headline": "Three grids, one forecast",
    "summary": "Operators agree on one forecast, and a city opens its data.",
    "byline": "Ada Okafor",
    "correction": {
        "text": "An earlier version named the wrong city.",
        "at": "2026-04-14T09:30:00Z",
    },
    "provenance": {
        "ai": True,
        "text": "Curated with AI.",
        "approved_by": "the editors of The Daily Grid",
        "approved_at": "2026-04-14T06:00:00Z",
    },
    "word_count": 812,
    "reading_time_minutes": 4,
    "tags": [TAG],
    "digest": DIGEST,
    "image": IMAGE,
    "discussion": {
        **DISCUSSION,
        "mapping": "specific",
        "term": "urn:uuid:26096647-c383-5f3e-81c6-a01f8a8c52f1",
        "strict": True,
        "lang": "en",
    },
    "translations": [],
}
# By component name.
EXAMPLES: dict[str, dict[str, Any]] = {
    "Issue": ISSUE,
    "Story": STORY,
    "Image": IMAGE,
    "Digest": {
        **DIGEST,
        "type": "digest",
        "tagline": "What moved the grids today, in four stories.",
        "locale": "en",
        "image": IMAGE,
        "latest_issue": _page(7, "Three grids, one forecast", "2026-04-14"),
        "feeds": [
            {
                "title": "RSS",
                "type": "application/rss+xml",
                "url": f"{SITE}/feeds/daily/rss.xml",
            }
        ],
        "discussion": DISCUSSION,
    },
    "Tag": {
        **TAG,
        "type": "tag",
        "issue_count": 12,
        "url": f"{SITE}/tags/energy/",
        "api_url": f"{API}/tags/energy/",
    },
    "Redirect": {"type": "redirect", "location": f"{SITE}/daily/", "is_permanent": True},
    "Problem": {
        "type": "/api/v1/problems/#invalid-request",
        "title": "Invalid request",
        "status": 400,
        "detail": "The query parameters are not valid.",
        "errors": [
            {
                "parameter": "limti",
                "code": "unknown",
                "detail": "Unknown parameter. Did you mean “limit”?",
            }
        ],
    },
}


def block_example(stream: blocks.StreamBlock, name: str) -> list[dict[str, Any]]:
    """Return an example of a block as in a response, made from its ``preview_value``.

    The list is empty if the block has none, or one that refers to the database.
    """
    stored = getattr(stream.child_blocks[name].meta, "preview_value", None)
    if not isinstance(stored, dict):
        return []
    block = {"type": name, "id": str(uuid5(NAMESPACE_OID, name)), "value": stored}
    rendering, example = Rendering(SITE), {}
    rendering.put(stream, [block], example, "body")
    if rendering.images or rendering.chosen:
        return []
    rendering.resolve()
    return example["body"]
