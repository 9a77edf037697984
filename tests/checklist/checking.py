"""Helpers for tests of the checklist."""

from typing import Any

from digest.checklist.run import check_issue
from tests.builders import block, body, make_issue, source, story

WORDS = " ".join(f"word{number}x" for number in range(60))
TEXT = f"<p>{WORDS}</p>"
TITLE = "A title that is long enough"


def good_story(heading: str = "The harbour opens its tide data", **value: Any) -> dict[str, Any]:
    """Return a story without findings."""
    slug = heading.lower().replace(" ", "-")
    sources = [source(title="Minutes", url=f"https://example.com/{slug}")]
    return story(heading, **({"body": TEXT, "sources": sources} | value))


def bottom_line(text: str = "<p>Sharing pays.</p>") -> dict[str, Any]:
    return block("bottom_line", text=text)


def good_body(*stories: dict[str, Any], **headline: Any) -> str:
    """Return a body without findings, except in the given stories."""
    return body(*(stories or [good_story()]), bottom_line(), **headline)


def issue_of(digest: Any, *stories: dict[str, Any], publish: bool = False, **fields: Any) -> Any:
    """Make an issue with these stories; a draft unless ``publish``."""
    fields = {"title": TITLE, "body": good_body(*stories)} | fields
    return make_issue(digest, publish=publish, **fields)


def codes(issue: Any) -> list[str]:
    """Return the codes of the rules that an issue breaks."""
    return [finding.rule for finding in check_issue(issue)]


def messages_of(issue: Any, rule: str) -> list[tuple[str, str]]:
    """Return message and short path of each finding of a rule."""
    found = [finding for finding in check_issue(issue) if finding.rule == rule]
    return [(finding.message, short(finding.path)) for finding in found]


def short(path: str) -> str:
    """Remove the ids of blocks from a path."""
    return ".".join(part for part in path.split(".") if "-" not in part)
