"""Examples for the schema."""

from digest.api.examples import API, DIGEST, SITE, STORY, TAG

RESULT = {
    **{name: STORY[name] for name in ("type", "id", "url", "api_url", "date", "locale")},
    "title": {
        "text": "One forecast for all grids",
        "html": "One <mark>forecast</mark> for all grids",
        "marks": [[4, 12]],
    },
    "excerpt": {
        "text": "Three operators now publish one forecast.",
        "html": "Three operators now publish one <mark>forecast</mark>.",
        "marks": [[32, 40]],
    },
    "score": 9.4071,
    "tags": [TAG],
    "issue": STORY["issue"],
    "digest": DIGEST,
}
RESULTS = {
    "next": None,
    "previous": None,
    "results": [RESULT],
    "count": 1,
    "count_is_exact": True,
    "query": {
        "text": "forcast",
        "searched": "forecast",
        "corrections": [{"written": "forcast", "searched": "forecast"}],
        "literal_url": f"{API}/search/?count=true&correct=false&q=forcast",
        "match": "all",
    },
    "promoted": [],
    "facets": {
        "tags": [
            TAG | {"count": 1, "url": f"{SITE}/tags/energy/", "api_url": f"{API}/tags/energy/"}
        ],
        "digests": [DIGEST | {"count": 1}],
        "years": [{"year": 2026, "count": 1}],
    },
}
SUGGESTION = {
    **RESULT["title"],
    "type": "title",
    "url": STORY["url"],
    "api_url": STORY["api_url"],
}
