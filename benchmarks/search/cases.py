"""Searches, by this search and by Wagtail's."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from wagtail.models import Site
from wagtail.search.query import Phrase

from benchmarks.search.texts import EVERYWHERE, PHRASE, RARE, TYPO, vocabulary
from digest import visibility
from digest.contrib.search.querying import search
from digest.contrib.search.suggestions import suggest
from digest.models import IssuePage

PAGE = 20


@dataclass
class Case:
    """A case; ``ours`` and ``wagtail`` run it, and return the number of results."""

    name: str
    text: str
    ours: Callable[[], int]
    url: str
    wagtail: Callable[[], int] | None = None


def cases() -> list[Case]:
    words, _weights = vocabulary()
    first, second = words[:2]
    beginning = words[400][:3]
    last = PHRASE.split()[1]
    return [
        search_case("common", "a word in every story", EVERYWHERE, wagtail_search(EVERYWHERE)),
        search_case("rare", "a word in five stories", RARE, wagtail_search(RARE)),
        search_case("phrase", "a phrase", f'"{PHRASE}"', wagtail_search(Phrase(PHRASE))),
        search_case(
            "prefix",
            "the beginning of words",
            beginning,
            wagtail_autocomplete(beginning),
            is_typing=True,
        ),
        search_case("typo", "a misspelt word", TYPO, wagtail_search(TYPO)),
        search_case("letter", "one letter, still typing", first[0], is_typing=True),
        search_case("two", "two words of nearly every story", f"{first} {second}"),
        search_case("two-phrase", "the two as a phrase", f'"{first} {second}"'),
        search_case("or", "one word or the other", f"{last} OR {words[100]}"),
        search_case("without", "a word without another", f"{EVERYWHERE} -{first}"),
        search_case("twenty", "twenty words", " ".join(words[:80:4])),
        search_case("scattered", "words that no story has all of", f"{RARE} {PHRASE} {words[400]}"),
        search_case("nothing", "a word that is nowhere", "zzyzxxqvw"),
        suggestion_case("suggest", "suggestions", beginning),
        suggestion_case("suggest-rare", "suggestions of a rare word", RARE[:5]),
    ]


def search_case(
    name: str, text: str, query: str, wagtail: Callable | None = None, is_typing: bool = False
) -> Case:
    """Return a case of the first page of results, with counts for tags, digests and years."""

    def ours() -> int:
        with visibility.snapshot():
            public = issues()
            found = search(query, public, public, is_typing)
            found.get_results([hit.pk for hit in found.hits[:PAGE]])
            return found.counts.total

    parameters = {"q": query} | ({"prefix": "true"} if is_typing else {})
    return Case(name, text, ours, f"/api/v1/search/?{urlencode(parameters)}", wagtail)


def suggestion_case(name: str, text: str, typed: str) -> Case:
    """Return a case of suggestions, which Wagtail's search does not have."""

    def ours() -> int:
        with visibility.snapshot():
            site = Site.objects.get(is_default_site=True)
            return len(suggest(typed, site, issues()))

    return Case(name, text, ours, f"/api/v1/search/suggest/?{urlencode({'q': typed})}")


def issues() -> QuerySet:
    """Return the public issues of the site."""
    site = Site.objects.get(is_default_site=True)
    return visibility.public(IssuePage.objects.all(), site)


def wagtail_search(query: str | Phrase) -> Callable[[], int]:
    """Return a function that runs Wagtail's search: the first page of issues, and the count."""
    return lambda: _page(IssuePage.objects.live().search(query))


def wagtail_autocomplete(query: str) -> Callable[[], int]:
    """Return a function that runs Wagtail's autocomplete."""
    return lambda: _page(IssuePage.objects.live().autocomplete(query))


def _page(found: QuerySet) -> int:
    page = Paginator(found, PAGE).get_page(1)
    return len(list(page.object_list)) and page.paginator.count
