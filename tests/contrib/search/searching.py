"""Helpers that make stories and search for them."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from digest import visibility
from digest.contrib.search.log import MIN_DAYS, normalise
from digest.contrib.search.models import Searched
from digest.contrib.search.querying import search
from digest.contrib.search.results import Result, SearchResults
from digest.models import IssuePage
from tests.builders import body, make_issue, story


def search_often(site: Any, text: str, days: int = MIN_DAYS, results: int = 1) -> None:
    """Log a search on each of the last days."""
    for number in range(days):
        day = timezone.localdate() - timedelta(days=number)
        query = normalise(text)
        Searched.objects.create(site=site, day=day, query=query, results=results)


def add_story(digest: Any, heading: str, text: str = "–", day: Any = 14, **fields: Any) -> Any:
    """Make an issue with one story and, except its title, no other words."""
    block = story(heading, body=f"<p>{text}</p>", why_it_matters="")
    return make_issue(digest, day, body=body(block, summary=fields.pop("summary", "–")), **fields)


def public_issues(site: Any = visibility.ANY_SITE) -> Any:
    return visibility.public(IssuePage.objects.all(), site)


def search_public(text: str, site: Any = visibility.ANY_SITE, **options: Any) -> SearchResults:
    """Search public issues."""
    return search(text, public_issues(site), **options)


def stories(text: str, **options: Any) -> list[str]:
    """Return the headings of the stories with all words, the best first."""
    return headings(search_public(text, **({"correct": False} | options)))


def headings(search_results: SearchResults) -> list[str]:
    """Return the headings of the stories in the results, the best first."""
    return [result.title.text for result in ranked(search_results) if result.story]


def ranked(search_results: SearchResults) -> list[Result]:
    """Return all results, the best first."""
    return search_results.get_results([hit.pk for hit in search_results.hits])
