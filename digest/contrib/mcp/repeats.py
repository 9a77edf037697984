"""Find repeated stories, with what the checklist knows of past issues and drafts."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.db.models import F, Q, Window
from django.db.models.functions import DenseRank, Length, RowNumber, Substr
from django.utils.functional import cached_property
from wagtail.models import Page

from digest.api.issues import Issues
from digest.api.scope import Scope
from digest.checklist.others import (
    MAX_DRAFTS,
    MAX_PAST_HEADINGS,
    DraftIssues,
    PublishedIssues,
    date_of,
)
from digest.checklist.repeats import MAX_MENTIONS, RECURRING, is_page_url
from digest.contrib.submissions.exceptions import NotAllowed
from digest.contrib.submissions.models import ApiKey
from digest.contrib.submissions.submitting import check_may_add
from digest.pages.page_models import get_issue_page_model
from digest.pages.stories import stories_of
from digest.sources.models import Citation, source_key

MAX_CITING = MAX_MENTIONS + 1  # one more shows that there are more
ISSUE_FIELDS = {"id", "title", "url", "api_url", "date", "digest"}


class PublicIssues(PublishedIssues):
    """The issues of a site that every reader may see, in all languages."""

    def __init__(self, scope: Scope, keys: set[str]) -> None:
        self.issues = scope.issues()
        self.cited = self.read_citations(keys)

    def read_citations(self, keys: set[str]) -> dict[str, list[int]]:
        """Return the newest issues that cite each page, so many of each, newest first.

        One page that many issues cite leaves the others their room.
        """
        cited: dict[str, list[int]] = defaultdict(list)
        if not keys:
            return cited
        of_page = {
            "partition_by": F("source__key"),
            "order_by": [F("date").desc(), F("issue_id").desc()],
        }
        citations = Citation.objects.filter(source__key__in=keys, issue__in=self.issues)
        newest = citations.annotate(rank=Window(DenseRank(), **of_page)).filter(
            rank__lte=MAX_CITING
        )
        rows = newest.order_by("rank").values_list("source__key", "issue_id", "rank").distinct()
        for key, pk, _rank in rows:
            cited[key].append(pk)
        return cited

    def with_similar_heading(self, heading: str) -> list[int]:
        """Return none if the heading is that of a recurring section."""
        similar = list(dict.fromkeys(super().with_similar_heading(heading)))
        return similar if len(similar) < RECURRING else []

    @cached_property
    def headings(self) -> list[tuple[int, str]]:
        stories = stories_of(self.issues)
        return list(stories.values_list("issue_id", "heading")[:MAX_PAST_HEADINGS])


class DraftsOf(DraftIssues):
    """The latest unpublished issues of each of some digests, with one query."""

    def __init__(self, digests: list[Any]) -> None:
        self.slugs = {digest.path: digest.slug for digest in digests}
        depths = [Q(path__startswith=digest.path, depth=digest.depth + 1) for digest in digests]
        issues = get_issue_page_model().objects.filter(reduce(or_, depths), live=False)
        parent = Substr("path", 1, Length("path") - Page.steplen)
        order = [F("latest_revision_created_at").desc(), F("pk").desc()]
        rank = Window(RowNumber(), partition_by=parent, order_by=order)
        latest = issues.filter(alias_of=None).annotate(rank=rank).filter(rank__lte=MAX_DRAFTS)
        self.read_drafts(latest.order_by("-latest_revision_created_at", "-pk"), is_page_url)

    def with_similar_heading(self, heading: str) -> list[int]:
        """Leave out the digests that have it in many drafts, as a recurring section."""
        similar = set(super().with_similar_heading(heading))
        found = [draft for draft in self.drafts if draft.pk in similar]
        counts = Counter(map(self.slug_of, found))
        return [draft.pk for draft in found if counts[self.slug_of(draft)] < RECURRING]

    def slug_of(self, draft: Any) -> str:
        return self.slugs[draft.path[: -Page.steplen]]


class Question(NamedTuple):
    """A heading or a URL, and the primary keys of the public issues and of the drafts with it."""

    heading: str | None
    url: str | None
    found: list[list[int]]


def find(scope: Scope, key: ApiKey | None, headings: list[str], urls: list[str]) -> dict[str, Any]:
    """Return the issues with each heading or URL; with a key also drafts of its digests.

    Of a draft only the digest and the date are named, as in the findings of the checklist.
    """
    keys = {url: source_key(url) for url in urls if is_page_url(url)}
    public = PublicIssues(scope, set(keys.values()))
    digests = list(_digests_of(key, scope)) if key else []
    drafts = DraftsOf(digests) if digests else None
    others = [public, drafts] if drafts else [public]
    asked = [
        Question(heading, None, [each.with_similar_heading(heading) for each in others])
        for heading in headings
    ]
    asked += [
        Question(None, url, [each.citing(keys.get(url, "")) for each in others]) for url in urls
    ]
    data = _published(asked, public, scope) | (_drafts(drafts) if drafts else {})
    return {"results": [_result(question, data) for question in asked]}


def _digests_of(key: ApiKey, scope: Scope) -> Iterator[Any]:
    """Yield the digests of the key on this site to which its user may add drafts."""
    for digest in key.digests.descendant_of(scope.site.root_page, inclusive=True):
        with suppress(NotAllowed):
            check_may_add(digest, key.user)
            yield digest


def _published(
    asked: list[Question], public: PublicIssues, scope: Scope
) -> dict[int, dict[str, Any]]:
    """Return the data of all public issues that were found, by primary key, newest first."""
    pks = {pk for question in asked for pk in question.found[0]}
    issues = public.issues.filter(pk__in=pks).defer("body").order_by("-date", "-pk") if pks else ()
    data = Issues(issues, ISSUE_FIELDS, scope).as_data()
    return {
        issue["id"]: {"state": "published"}
        | issue
        | {"digest": issue["digest"] and issue["digest"]["slug"]}
        for issue in data
    }


def _drafts(others: DraftsOf) -> dict[int, dict[str, Any]]:
    """Return the data of all drafts, by primary key."""
    unnamed = dict.fromkeys(["id", "title", "url", "api_url"])
    return {
        draft.pk: {"state": "draft"}
        | unnamed
        | {"digest": others.slug_of(draft), "date": date_of(draft).isoformat()}
        for draft in others.drafts
    }


def _result(question: Question, data: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """Return the newest issues of a question, and whether there are more."""
    found = {pk for pks in question.found for pk in pks}
    issues = [each for pk, each in data.items() if pk in found]
    named = [
        each
        for state in ("published", "draft")
        for each in [each for each in issues if each["state"] == state][:MAX_MENTIONS]
    ]
    has_more = len(named) < len(issues)
    return {
        "heading": question.heading,
        "url": question.url,
        "issues": named,
        "has_more": has_more,
    }
