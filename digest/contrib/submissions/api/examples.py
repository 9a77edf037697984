"""Examples for the schema."""

from typing import Any

ISSUE: dict[str, Any] = {
    "title": "Lanterns on the canal",
    "date": "2026-11-30",
    "tags": ["Cities"],
    "rich_text": "markdown",
    "body": [
        {
            "type": "headline",
            "value": {"headline": "", "summary": "The city lights its towpaths again."},
        },
        {
            "type": "story_section",
            "value": {
                "heading": "Lamps that wait for walkers",
                "body": "The lamps glow when **somebody** comes near.",
                "why_it_matters": "Bats and sleepers get their night back.",
                "image": None,
                "sources": [
                    {
                        "title": "The lighting plan",
                        "url": "https://www.example.org/plan/",
                        "publisher": "The city",
                        "author": "",
                        "published_on": "2026-11-28",
                    }
                ],
            },
        },
        {"type": "bottom_line", "value": {"text": "Less light, more often."}},
    ],
}
EXAMPLES = {
    "SubmissionBody": {
        "digest": "signals",
        "issue": ISSUE,
        "action": "draft",
        "made_with": "night-writer 2",
        "note": "Please check the second story.",
    },
    "ReplacementBody": {"issue": ISSUE},
}
