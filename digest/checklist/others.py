"""Find stories in other issues, published or being written.

Published issues are looked up in two tables of live issues, citations and stories, with a constant
number of queries. Of unpublished issues the latest few of the same digest are read.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from digest.checklist.findings import Mention
from digest.checklist.headings import Headings
from digest.checklist.issue_text import LINK_URL
from digest.pages.page_models import get_issue_page_model
from digest.pages.stories import stories_of
from digest.sources.models import Citation, source_key

# At most this many past headings are compared, newest first: seven a day for two years.
MAX_PAST_HEADINGS = 5000
# More than RECURRING in repeats.py, which detects recurring sections.
MAX_SIMILAR = 10
MAX_CITATIONS = 1000
MAX_DRAFTS = 20


class OtherIssues:
    """Issues that may have the same story; lookups return primary keys."""

    is_advisory = False
    source_message = _("This source was cited before.")
    heading_message = _("A story with nearly this heading was published before.")
    issue_message = _("%(count)d stories were published before, in one issue.")
    cited: dict[str, list[int]]
    headings: list[tuple[int, str]]

    def citing(self, key: str) -> list[int]:
        """Return the issues that cite a page, newest first."""
        return self.cited.get(key, [])

    def with_similar_heading(self, heading: str) -> list[int]:
        """Return the issues with a story of a similar heading."""
        return [
            self.headings[place][0] for place in self._heading_index.nearest(heading, MAX_SIMILAR)
        ]

    def mentions(self, pks: set[int]) -> dict[int, Mention]:
        """Return the mentions of issues, by primary key."""
        raise NotImplementedError

    @cached_property
    def _heading_index(self) -> Headings:
        return Headings(heading for _pk, heading in self.headings)


def others_than(issue: Any) -> QuerySet:
    """Return all issues except this one, its translations and their aliases."""
    source = issue.alias_of if issue.alias_of_id else issue
    key = source.translation_key
    same = Q(translation_key=key) | Q(alias_of__translation_key=key)
    return get_issue_page_model().objects.exclude(same)


class PublishedIssues(OtherIssues):
    """Live issues of all digests of the site; for a live issue, only earlier ones."""

    def __init__(self, issue: Any, parent: Any, keys: set[str]) -> None:
        site = parent.get_site()
        root = site.root_page if site else parent
        self.issues = others_than(issue).filter(live=True).descendant_of(root)
        if issue.live:
            self.issues = self.issues.filter(date__lte=issue.date)
        self.locale_id = issue.locale_id
        self.cited = self.read_citations(keys)

    def read_citations(self, keys: set[str]) -> dict[str, list[int]]:
        """Return the issues that cite each of the pages with these keys, newest first."""
        cited: dict[str, list[int]] = defaultdict(list)
        if not keys:
            return cited
        citations = Citation.objects.filter(source__key__in=keys, issue__in=self.issues)
        rows = citations.order_by("-date", "-issue_id").values_list("source__key", "issue_id")
        for key, pk in rows[:MAX_CITATIONS]:
            cited[key].append(pk)
        return cited

    @cached_property
    def headings(self) -> list[tuple[int, str]]:
        """Return the headings of the newest stories in the language of the issue."""
        stories = stories_of(self.issues.filter(locale_id=self.locale_id))
        return list(stories.values_list("issue_id", "heading")[:MAX_PAST_HEADINGS])

    def mentions(self, pks: set[int]) -> dict[int, Mention]:
        """Mention an alias only if the issue it mirrors is not mentioned."""
        if not pks:
            return {}
        found = self.issues.filter(pk__in=pks).values_list("pk", "title", "date", "alias_of")
        return {pk: Mention(pk, title, day) for pk, title, day, of in found if of not in pks}


class DraftIssues(OtherIssues):
    """The latest unpublished issues of the digest; advisory, as they may never be published."""

    is_advisory = True
    source_message = _("This source is also cited in another draft.")
    heading_message = _("A story with nearly this heading is also in another draft.")
    issue_message = _("%(count)d stories are also in another draft.")

    def __init__(self, issue: Any, parent: Any, is_page_url: Callable[[str], bool]) -> None:
        self.read(others_than(issue).child_of(parent), is_page_url)

    def read(self, issues: QuerySet, is_page_url: Callable[[str], bool]) -> None:
        """Read the sources and headings of the latest unpublished ones of these issues."""
        drafts = issues.filter(live=False, alias_of=None)
        latest = drafts.order_by("-latest_revision_created_at", "-pk")
        self.read_drafts(latest[:MAX_DRAFTS], is_page_url)

    def read_drafts(self, drafts: QuerySet, is_page_url: Callable[[str], bool]) -> None:
        """Read sources and headings from the latest revisions of drafts.

        The row of a draft may be older: only the editor writes it, too.
        """
        fields = ["draft_title", "title", "date", "body", "path", "latest_revision__content"]
        self.drafts = list(drafts.select_related("latest_revision").only(*fields))
        self.cited, self.headings = defaultdict(list), []
        for draft in self.drafts:
            for value in _stories(draft):
                self.headings.append((draft.pk, str(value.get("heading") or "")))
                for url in filter(is_page_url, _urls(value)):
                    self.cited[source_key(url)].append(draft.pk)

    def mentions(self, pks: set[int]) -> dict[int, Mention]:
        """Mention drafts by their current title."""
        return {
            draft.pk: Mention(draft.pk, draft.draft_title or draft.title, date_of(draft), True)
            for draft in self.drafts
            if draft.pk in pks
        }


def date_of(draft: Any) -> date:
    """Return the date in the latest revision of a draft."""
    with suppress(AttributeError, TypeError, KeyError, ValueError):
        return date.fromisoformat(draft.latest_revision.content["date"])
    return draft.date


def _stories(draft: Any) -> Iterator[dict[str, Any]]:
    # Read raw data, to avoid building blocks.
    for block in _blocks(draft):
        is_story = isinstance(block, dict) and block.get("type") == "story_section"
        if is_story and isinstance(block.get("value"), dict):
            yield block["value"]


def _blocks(draft: Any) -> Iterator[dict[str, Any]]:
    """Return the blocks in the latest revision of a draft, or in its row if they are no list."""
    with suppress(AttributeError, TypeError, KeyError, ValueError):
        blocks = json.loads(draft.latest_revision.content["body"])
        if isinstance(blocks, list):
            return iter(blocks)
    return iter(draft.body.raw_data)


def _urls(value: Any) -> Iterator[str]:
    """Yield the URLs in the stored value of a story: of its sources and in its texts."""
    for name, inner in value.items() if isinstance(value, dict) else ():
        if name == "url" and isinstance(inner, str):
            yield inner
        elif isinstance(inner, str):
            yield from LINK_URL.findall(inner)
        elif isinstance(inner, (dict, list)):
            yield from _urls_within(inner)


def _urls_within(inner: Any) -> Iterator[str]:
    for value in inner if isinstance(inner, list) else [inner]:
        yield from _urls(value)
