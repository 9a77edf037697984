"""Makes what is searched for, and searches as a reader does."""

from typing import Any

from digest import visibility
from digest.contrib.search.finding import search
from digest.contrib.search.results import Found
from digest.models import IssuePage
from tests.builders import body, make_issue, story


def tell(digest: Any, heading: str, text: str = "–", day: Any = 14, **fields: Any) -> Any:
    """An issue with one story and, but for its title, nothing else to be found by."""
    told = story(heading, body=f"<p>{text}</p>", why_it_matters="")
    return make_issue(digest, day, body=body(told, summary=fields.pop("summary", "–")), **fields)


def public(site: Any = visibility.ANY_SITE) -> Any:
    """The issues that readers may see."""
    return visibility.public(IssuePage.objects.all(), site)


def look_for(text: str, site: Any = visibility.ANY_SITE, **options: Any) -> Found:
    """What a reader finds."""
    return search(text, public(site), **options)


def stories(text: str, **options: Any) -> list[str]:
    """The headings of the stories that have all the words, the best first."""
    return headings(look_for(text, **({"correct": False} | options)))


def headings(found: Found) -> list[str]:
    """The headings of the stories that were found, the best first."""
    shown = found.shown([hit.pk for hit in found.hits])
    return [result.title.text for result in shown if result.story]
