"""Examples for the schema."""

from digest.api.examples import ISSUE

CHANGE = {
    "state": "public",
    "kind": "issue",
    "id": ISSUE["id"],
    "locale": "en",
    "sequence": 1812,
    "changed_at": "2026-04-14T09:30:02Z",
    "url": ISSUE["url"],
    "api_url": ISSUE["api_url"],
}
CHANGES = {
    "results": [CHANGE, {"state": "gone", "kind": "issue", "id": 6, "sequence": 1813}],
    "next_since": "WyI2ZjJmMGE1NTRmMGM0ZjUyOWE2ZTBmN2Y2ZjBmMmExMSIsMSwxODEzLDBd",
    "has_more": False,
}
