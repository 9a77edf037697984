"""Read what a page says of its article in JSON-LD (schema.org)."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

MAX_AUTHORS = 10
# The bounds keep the search linear on hostile pages.
SCRIPT = re.compile(
    r"<script\b[^<>]{0,300}?application/ld\+json[^<>]{0,300}>([^<]{0,100000})</script",
    re.IGNORECASE,
)


class Article(NamedTuple):
    """The data of an article; empty where the page has none."""

    author: str = ""
    publisher: str = ""
    published: str = ""


def read_article(markup: str) -> Article:
    """Return the data of the first object with an author or a date of publication."""
    for found in SCRIPT.finditer(markup):
        try:
            stored = json.loads(found[1])
        except (ValueError, RecursionError):
            continue
        for item in _objects(stored):
            if item.get("author") or item.get("datePublished"):
                authors = [
                    name for author in _listed(item.get("author")) if (name := _name(author))
                ]
                return Article(
                    author=", ".join(dict.fromkeys(authors[:MAX_AUTHORS])),
                    publisher=_name(item.get("publisher")),
                    published=_name(item.get("datePublished")),
                )
    return Article()


def _objects(stored: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects at the top level, and those of a graph."""
    for item in _listed(stored):
        if isinstance(item, dict):
            yield item
            yield from (inner for inner in _listed(item.get("@graph")) if isinstance(inner, dict))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _name(value: Any) -> str:
    name = value.get("name") if isinstance(value, dict) else value
    return name if isinstance(name, str) else ""
