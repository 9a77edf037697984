"""Detect stories that were published before, by source or heading."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from digest.checklist.findings import Finding, Mention
from digest.checklist.headings import Headings
from digest.checklist.issue_text import IssuePart, IssueText
from digest.checklist.others import DraftIssues, OtherIssues, PublishedIssues
from digest.http.canonical import canonical_url
from digest.sources.models import source_key

# The most issues that a finding names.
MAX_MENTIONS = 3
# A heading in this many issues is that of a recurring section ("In brief"), not of a story.
RECURRING = 4
# A heading of at most this many words is also that of a section, when an issue has it twice.
MAX_SECTION_WORDS = 2
# Another issue with this many of the stories is named once, and not at each story.
MANY_STORIES = 3


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
        if len(story.heading.split()) <= MAX_SECTION_WORDS:
            continue
        for place in Headings(other.heading for other in before).nearest(story.heading, 1)[:1]:
            message = _("Story %(number)d has nearly the same heading.")
            yield Finding(
                message % {"number": before[place].number}, story.heading_path, story.number
            )


class Hit(NamedTuple):
    """The other issues, by primary key, that have a source or the heading of a story."""

    story: StoryFingerprint
    path: str
    message: str | Promise
    pks: list[int]


def _in_other_issues(stories: list[StoryFingerprint], others: OtherIssues) -> Iterator[Finding]:
    """Find stories in other issues, naming each issue once per story, or once for many of them."""
    hits = [hit for story in stories for hit in _hits_of(story, others)]
    mentions = others.mentions({pk for hit in hits for pk in hit.pks})
    count = Counter(pk for hit in hits for pk in hit.pks)
    same = {pk for pk in mentions if count[pk] >= MANY_STORIES}
    for pk in sorted(same, key=lambda pk: (-count[pk], -pk))[:MAX_MENTIONS]:
        path = next(hit.story.heading_path for hit in hits if pk in hit.pks)
        yield _same_issue(count[pk], path, mentions[pk], others)
    for hit in hits:
        named = [mentions[pk] for pk in hit.pks if pk in mentions and pk not in same]
        if named := named[:MAX_MENTIONS]:
            number = hit.story.number
            yield Finding(str(hit.message), hit.path, number, tuple(named), others.is_advisory)


def _hits_of(story: StoryFingerprint, others: OtherIssues) -> Iterator[Hit]:
    named: set[int] = set()
    for key, path in story.cited.items():
        found = [pk for pk in dict.fromkeys(others.citing(key)) if pk not in named]
        yield Hit(story, path, others.source_message, found)
        named.update(found)
    similar = list(dict.fromkeys(others.with_similar_heading(story.heading)))
    if len(similar) < RECURRING:
        found = [pk for pk in similar if pk not in named]
        yield Hit(story, story.heading_path, others.heading_message, found)


def _same_issue(count: int, path: str, mention: Mention, others: OtherIssues) -> Finding:
    message = str(others.issue_message) % {"count": count}
    return Finding(message, path, None, (mention,), others.is_advisory)
