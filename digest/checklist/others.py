"""The issues that a story is compared with: those that ran, and those that are being written.

What ran is looked up in two tables of live issues, the citations and the stories, with as many
queries whatever the number of stories. Of issues not published yet, the latest few of the same
digest are read.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import swapper
from django.db.models import Q, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from digest.checklist.findings import Mention
from digest.checklist.headings import Headings
from digest.checklist.reading import LINKED
from digest.pages.stories import stories_of
from digest.sources.models import Citation, source_key

# How many headings of the past are compared, the newest first: seven a day for two years.
PAST_HEADINGS = 5000
# Enough to tell a standing part from a story.
NEAREST = 10
PAST_CITATIONS = 1000
DRAFTS = 20


class Others:
    """Issues that may have a story already; their primary keys are what is found."""

    only_advice = False
    cited_message = _("This source was cited before.")
    headed_message = _("A story with nearly this heading ran before.")
    cited: dict[str, list[int]]
    headings: list[tuple[int, str]]

    def citing(self, key: str) -> list[int]:
        """The issues that cite a page, the newest first."""
        return self.cited.get(key, [])

    def headed(self, heading: str) -> list[int]:
        """The issues with a heading near to one."""
        return [self.headings[place][0] for place in self._compared.nearest(heading, NEAREST)]

    def mentions(self, pks: set[int]) -> dict[int, Mention]:
        """What is said of issues that were found."""
        raise NotImplementedError

    @cached_property
    def _compared(self) -> Headings:
        return Headings(heading for _pk, heading in self.headings)


def others_than(issue: Any) -> QuerySet:
    """Every issue but this one, its translations, and the aliases that show them."""
    source = issue.alias_of if issue.alias_of_id else issue
    key = source.translation_key
    same = Q(translation_key=key) | Q(alias_of__translation_key=key)
    return swapper.load_model("digest", "IssuePage").objects.exclude(same)


class Ran(Others):
    """The live issues of all digests of the site; for a live issue, those that came before."""

    def __init__(self, issue: Any, parent: Any, keys: set[str]) -> None:
        site = parent.get_site()
        root = site.root_page if site else parent
        self.issues = others_than(issue).filter(live=True).descendant_of(root)
        if issue.live:
            self.issues = self.issues.filter(date__lte=issue.date)
        self.locale_id = issue.locale_id
        self.cited = self._read_citations(keys) if keys else {}

    def _read_citations(self, keys: set[str]) -> dict[str, list[int]]:
        cited: dict[str, list[int]] = defaultdict(list)
        citations = Citation.objects.filter(source__key__in=keys, issue__in=self.issues)
        rows = citations.order_by("-date", "-issue_id").values_list("source__key", "issue_id")
        for key, pk in rows[:PAST_CITATIONS]:
            cited[key].append(pk)
        return cited

    @cached_property
    def headings(self) -> list[tuple[int, str]]:
        """The headings of the newest stories in the language of the issue."""
        stories = stories_of(self.issues.filter(locale_id=self.locale_id))
        return list(stories.values_list("issue_id", "heading")[:PAST_HEADINGS])

    def mentions(self, pks: set[int]) -> dict[int, Mention]:
        """An alias is not named beside the issue that it shows."""
        if not pks:
            return {}
        found = self.issues.filter(pk__in=pks).values_list("pk", "title", "date", "alias_of")
        return {pk: Mention(pk, title, day) for pk, title, day, of in found if of not in pks}


class Drafts(Others):
    """The latest issues of the digest that are not published: a hint, as they may never be."""

    only_advice = True
    cited_message = _("This source is cited in another draft as well.")
    headed_message = _("A story with nearly this heading is in another draft as well.")

    def __init__(self, issue: Any, parent: Any, names_a_page: Callable[[str], bool]) -> None:
        drafts = others_than(issue).child_of(parent).filter(live=False, alias_of=None)
        fields = ["draft_title", "title", "date", "body"]
        self.drafts = drafts.order_by("-latest_revision_created_at", "-pk").only(*fields)[:DRAFTS]
        self.cited, self.headings = defaultdict(list), []
        for draft in self.drafts:
            for value in _stories(draft):
                self.headings.append((draft.pk, str(value.get("heading") or "")))
                for url in filter(names_a_page, _addresses(value)):
                    self.cited[source_key(url)].append(draft.pk)

    def mentions(self, pks: set[int]) -> dict[int, Mention]:
        """By the title that the draft has now."""
        return {
            draft.pk: Mention(draft.pk, draft.draft_title or draft.title, draft.date, True)
            for draft in self.drafts
            if draft.pk in pks
        }


def _stories(draft: Any) -> Iterator[dict[str, Any]]:
    # As they are stored, so that no block need be built.
    for block in draft.body.raw_data:
        if block["type"] == "story_section" and isinstance(block["value"], dict):
            yield block["value"]


def _addresses(value: Any) -> Iterator[str]:
    """The addresses in the stored value of a story: of its sources, and in its texts."""
    for name, inner in value.items() if isinstance(value, dict) else ():
        if name == "url" and isinstance(inner, str):
            yield inner
        elif isinstance(inner, str):
            yield from LINKED.findall(inner)
        elif isinstance(inner, (dict, list)):
            yield from _addresses_within(inner)


def _addresses_within(inner: Any) -> Iterator[str]:
    for value in inner if isinstance(inner, list) else [inner]:
        yield from _addresses(value)
