"""Find repeated stories, with what the checklist knows of past issues and drafts."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from django.utils.functional import cached_property

from digest.api.issues import Issues
from digest.api.scope import Scope
from digest.checklist.others import (
    MAX_PAST_HEADINGS,
    DraftIssues,
    OtherIssues,
    PublishedIssues,
)
from digest.checklist.repeats import MAX_MENTIONS, is_page_url
from digest.contrib.submissions.exceptions import NotAllowed
from digest.contrib.submissions.models import ApiKey
from digest.contrib.submissions.submitting import check_may_add
from digest.pages.page_models import get_issue_page_model
from digest.pages.stories import stories_of
from digest.sources.models import source_key

ISSUE_FIELDS = {"id", "title", "url", "api_url", "date", "digest"}


class PublicIssues(PublishedIssues):
    """The issues of a site that every reader may see, in all languages."""

    def __init__(self, scope: Scope, keys: set[str]) -> None:
        self.issues = scope.issues()
        self.cited = self.read_citations(keys)

    @cached_property
    def headings(self) -> list[tuple[int, str]]:
        stories = stories_of(self.issues)
        return list(stories.values_list("issue_id", "heading")[:MAX_PAST_HEADINGS])


class DraftsOf(DraftIssues):
    """The latest unpublished issues of a digest."""

    def __init__(self, digest: Any) -> None:
        self.digest = digest
        self.read(get_issue_page_model().objects.child_of(digest), is_page_url)


class Question(NamedTuple):
    """A heading or a URL that is asked for, and the primary keys of the issues that have it.

    They are those of public issues first, then those of the drafts of each digest.
    """

    heading: str | None
    url: str | None
    found: list[tuple[OtherIssues, list[int]]]


def find(scope: Scope, key: ApiKey | None, headings: list[str], urls: list[str]) -> dict[str, Any]:
    """Return the issues with each heading or URL; with a key also drafts of its digests.

    Of a draft only the digest and the date are named, as in the findings of the checklist.
    """
    keys = {url: source_key(url) for url in urls if is_page_url(url)}
    public = PublicIssues(scope, set(keys.values()))
    others = [public, *(map(DraftsOf, _digests_of(key, scope)) if key else ())]
    asked = [
        Question(heading, None, [(each, each.with_similar_heading(heading)) for each in others])
        for heading in headings
    ]
    asked += [
        Question(None, url, [(each, each.citing(keys.get(url, ""))) for each in others])
        for url in urls
    ]
    published = _published(asked, public, scope)
    return {"results": [_answer(question, published) for question in asked]}


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
    pks = {pk for question in asked for pk in question.found[0][1]}
    issues = public.issues.filter(pk__in=pks).defer("body").order_by("-date", "-pk") if pks else ()
    data = Issues(issues, ISSUE_FIELDS, scope).as_data()
    return {
        issue["id"]: {"state": "published"}
        | issue
        | {"digest": issue["digest"] and issue["digest"]["slug"]}
        for issue in data
    }


def _answer(question: Question, published: dict[int, dict[str, Any]]) -> dict[str, Any]:
    (_public, pks), *of_digests = question.found
    issues = [data for pk, data in published.items() if pk in pks][:MAX_MENTIONS]
    for drafts, pks in of_digests:
        found = [draft for draft in drafts.drafts if draft.pk in pks]
        issues += [_draft(draft, drafts) for draft in found[:MAX_MENTIONS]]
    return {"heading": question.heading, "url": question.url, "issues": issues}


def _draft(draft: Any, others: DraftsOf) -> dict[str, Any]:
    unnamed = dict.fromkeys(["id", "title", "url", "api_url"])
    date = draft.date.isoformat()
    return {"state": "draft", **unnamed, "digest": others.digest.slug, "date": date}
