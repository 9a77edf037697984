"""What the tests of the checklist share."""

from typing import Any

from digest.checklist.run import check_issue
from tests.builders import block, body, make_issue, source, story

WORDS = " ".join(f"word{number}x" for number in range(60))
TEXT = f"<p>{WORDS}</p>"
TITLE = "A title that is long enough"


def good_story(heading: str = "The harbour opens its tide data", **value: Any) -> dict[str, Any]:
    """A story in which no rule finds anything."""
    slug = heading.lower().replace(" ", "-")
    sources = [source(title="Minutes", url=f"https://example.com/{slug}")]
    return story(heading, **({"body": TEXT, "sources": sources} | value))


def bottom_line(text: str = "<p>Sharing pays.</p>") -> dict[str, Any]:
    """The block at the end."""
    return block("bottom_line", text=text)


def good_body(*stories: dict[str, Any], **headline: Any) -> str:
    """A body in which no rule finds anything, or nothing but in the stories given."""
    return body(*(stories or [good_story()]), bottom_line(), **headline)


def issue_of(digest: Any, *stories: dict[str, Any], publish: bool = False, **fields: Any) -> Any:
    """An issue with these stories; a draft, unless it is to be published."""
    fields = {"title": TITLE, "body": good_body(*stories)} | fields
    return make_issue(digest, publish=publish, **fields)


def codes(issue: Any) -> list[str]:
    """The rules that an issue breaks."""
    return [finding.rule for finding in check_issue(issue)]


def told(issue: Any, rule: str) -> list[tuple[str, str]]:
    """What one rule says of an issue: messages, with the content path from the block on."""
    found = [finding for finding in check_issue(issue) if finding.rule == rule]
    return [(finding.message, short(finding.path)) for finding in found]


def short(path: str) -> str:
    """The path without the ids of blocks."""
    return ".".join(part for part in path.split(".") if "-" not in part)
