"""Detect stories that were published before, by source or heading."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from digest.checklist.findings import Finding
from digest.checklist.headings import Headings
from digest.checklist.issue_text import IssuePart, IssueText
from digest.checklist.others import DraftIssues, OtherIssues, PublishedIssues
from digest.http.canonical import canonical_url
from digest.sources.models import source_key

# The most issues that a finding names.
MAX_MENTIONS = 3
# A heading in this many issues is that of a recurring section ("In brief"), not of a story.
RECURRING = 4


class StoryFingerprint:
    """The pages a story cites and its heading, for comparison."""

    def __init__(self, story: IssuePart) -> None:
        self.number, self.path = story.number, story.path
        self.cited = dict(_cited_pages(story))
        self.heading = str(story.get("heading") or "")

    @property
    def heading_path(self) -> str:
        return f"{self.path}.heading"


def _cited_pages(story: IssuePart) -> Iterator[tuple[str, str]]:
    """Yield the key of each page a story cites or links to, and the path of the field."""
    for field in story.fields:
        is_url = field.name == "url"
        for url in [field.text] if is_url else [url for _text, url in field.links]:
            if is_page_url(url):
                yield source_key(url), field.path


def is_page_url(url: str) -> bool:
    """Return whether a URL is that of a page, not of a whole site, which many stories may cite."""
    parts = urlsplit(canonical_url(url))
    return bool(parts.path or parts.query or parts.fragment)


def repeated_story(issue_text: IssueText) -> Iterator[Finding]:
    """Check that no story was published before, is in another draft, or is in the issue twice."""
    stories = [StoryFingerprint(story) for story in issue_text.stories]
    yield from _within_issue(stories)
    keys = {key for story in stories for key in story.cited}
    if issue_text.parent is None or not (keys or any(story.heading for story in stories)):
        return
    yield from _in_other_issues(stories, PublishedIssues(issue_text.issue, issue_text.parent, keys))
    yield from _in_other_issues(
        stories, DraftIssues(issue_text.issue, issue_text.parent, is_page_url)
    )


def _within_issue(stories: list[StoryFingerprint]) -> Iterator[Finding]:
    for position, story in enumerate(stories):
        before = stories[:position]
        for key, path in story.cited.items():
            if same := next((other for other in before if key in other.cited), None):
                message = _("Story %(number)d cites the same page.") % {"number": same.number}
                yield Finding(message, path, story.number)
        for place in Headings(other.heading for other in before).nearest(story.heading, 1)[:1]:
            message = _("Story %(number)d has nearly the same heading.")
            yield Finding(
                message % {"number": before[place].number}, story.heading_path, story.number
            )


def _in_other_issues(stories: list[StoryFingerprint], others: OtherIssues) -> Iterator[Finding]:
    """Find stories in other issues, naming each issue once per story."""
    hits = []
    for story in stories:
        named: set[int] = set()
        for key, path in story.cited.items():
            found = [pk for pk in dict.fromkeys(others.citing(key)) if pk not in named]
            hits.append((story, path, others.source_message, found))
            named.update(found)
        similar = list(dict.fromkeys(others.with_similar_heading(story.heading)))
        if len(similar) < RECURRING:
            found = [pk for pk in similar if pk not in named]
            hits.append((story, story.heading_path, others.heading_message, found))
    mentions = others.mentions({pk for *_hit, found in hits for pk in found})
    for story, path, message, found in hits:
        if named := [mentions[pk] for pk in found if pk in mentions][:MAX_MENTIONS]:
            yield Finding(str(message), path, story.number, tuple(named), others.is_advisory)
