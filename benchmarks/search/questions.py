"""What is searched for: as readers ask this search, and as a site would ask Wagtail's."""

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
class Question:
    """A question, and who answers it how; an answer says how much it found."""

    name: str
    text: str
    ours: Callable[[], int]
    address: str
    wagtail: Callable[[], int] | None = None


def questions() -> list[Question]:
    """All questions, for the database in use."""
    words, _weights = vocabulary()
    first, second = words[:2]
    beginning = words[400][:3]
    last = PHRASE.split()[1]
    return [
        asked("common", "a word in every story", EVERYWHERE, wagtails(EVERYWHERE)),
        asked("rare", "a word in five stories", RARE, wagtails(RARE)),
        asked("phrase", "a phrase", f'"{PHRASE}"', wagtails(Phrase(PHRASE))),
        asked("prefix", "the beginning of words", beginning, typed(beginning), is_typing=True),
        asked("typo", "a misspelt word", TYPO, wagtails(TYPO)),
        asked("letter", "one letter, still typing", first[0], is_typing=True),
        asked("two", "two words of nearly every story", f"{first} {second}"),
        asked("two-phrase", "the two as a phrase", f'"{first} {second}"'),
        asked("or", "one word or the other", f"{last} OR {words[100]}"),
        asked("without", "a word without another", f"{EVERYWHERE} -{first}"),
        asked("twenty", "twenty words", " ".join(words[:80:4])),
        asked("scattered", "words that no story has all of", f"{RARE} {PHRASE} {words[400]}"),
        asked("nothing", "a word that is nowhere", "zzyzxxqvw"),
        suggested("suggest", "suggestions", beginning),
        suggested("suggest-rare", "suggestions of a rare word", RARE[:5]),
    ]


def asked(
    name: str, text: str, query: str, wagtail: Callable | None = None, is_typing: bool = False
) -> Question:
    """Our answer: the first page, ready to show, with counts for tags, digests and years."""

    def ours() -> int:
        with visibility.snapshot():
            public = issues()
            found = search(query, public, public, is_typing)
            found.get_results([hit.pk for hit in found.hits[:PAGE]])
            return found.counts.total

    wanted = {"q": query} | ({"prefix": "true"} if is_typing else {})
    return Question(name, text, ours, f"/api/v1/search/?{urlencode(wanted)}", wagtail)


def suggested(name: str, text: str, typed: str) -> Question:
    """What our search suggests; Wagtail's suggests nothing."""

    def ours() -> int:
        with visibility.snapshot():
            site = Site.objects.get(is_default_site=True)
            return len(suggest(typed, site, issues()))

    return Question(name, text, ours, f"/api/v1/search/suggest/?{urlencode({'q': typed})}")


def issues() -> QuerySet:
    """All that readers of the site may see."""
    site = Site.objects.get(is_default_site=True)
    return visibility.public(IssuePage.objects.all(), site)


def wagtails(query: str | Phrase) -> Callable[[], int]:
    """Wagtail's answer: the first page of issues, and how many there are."""
    return lambda: _page(IssuePage.objects.live().search(query))


def typed(query: str) -> Callable[[], int]:
    """The same while a reader is typing."""
    return lambda: _page(IssuePage.objects.live().autocomplete(query))


def _page(found: QuerySet) -> int:
    page = Paginator(found, PAGE).get_page(1)
    return len(list(page.object_list)) and page.paginator.count
