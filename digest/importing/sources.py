"""Parse a line of a source list into title, URL, publisher, author and date."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.html import escape

from digest.http.canonical import canonical_url
from digest.http.robots import host_of
from digest.importing.dates import date_at_end
from digest.importing.parts import Part, Role
from digest.importing.recognition import URL
from digest.importing.rich_text import (
    LINK,
    MAX_URL_LENGTH,
    bare_text,
    shown_url,
    split_words,
    unescaped,
)

SEPARATORS = "—–-:|,;·(<[/"
BETWEEN = " \t\n" + SEPARATORS
CLOSING = ")>]"
DETAILS = re.compile(r"\s[—–|-]\s")
validate_web_url = URLValidator(schemes=["http", "https"])


def parse_sources(part: Part) -> list[dict[str, Any]]:
    """Return the sources of a part: its fields, or one for each link, or one for its text.

    Accepts ``[Title](URL) — Publisher, Author, 2026-04-10`` and ``Publisher: [Title](URL)``, or
    without formatting ``Title — Publisher https://...``.
    """
    if part.value is not None:
        return [part.value]
    before, links = split_at_links(part.rich_text)
    if not links:
        return [without_link(before)]
    if len(links) == 1 and is_sentence(before, links[0][0]):
        return [from_sentence(part.rich_text, *links[0][1:])]
    sources = [with_link(*link) for link in links]
    if split_words(before):
        add_lead(sources[0], before.strip(BETWEEN + CLOSING))
    return sources


def split_at_links(html: str) -> tuple[str, list[tuple[str, str, str]]]:
    """Return the text before the first link, and (text, URL, text after it) of each link."""
    before, *rest = LINK.split(html)
    urls, texts, afters = rest[0::3], rest[1::3], rest[2::3]
    links = zip(texts, urls, afters, strict=True)
    return bare_text(before), [tuple(map(bare_text, link)) for link in links]


def is_sentence(before: str, title: str) -> bool:
    """Return whether the text before a link goes on in it: "as the [Port](URL) said"."""
    before = before.rstrip()
    return bool(split_words(before)) and before[-1] not in SEPARATORS and not URL.match(title)


def from_sentence(html: str, url: str, after: str) -> dict[str, Any]:
    """Return the source for a sentence with a link in it; details may follow the sentence."""
    sentence = bare_text(html)
    if after and after[0] in SEPARATORS + CLOSING:
        return with_link(sentence.removesuffix(after), url, after)
    return with_link(sentence, url, "")


def with_link(title: str, url: str, details: str) -> dict[str, Any]:
    """Return the source for a link and the text after it."""
    if not is_source_url(url):
        return {**without_link(f"{title} ({url})"), **parse_details(details)}
    return {"title": title.strip(), "url": url, **parse_details(details)}


def without_link(text: str) -> dict[str, Any]:
    """Return the source for a line without a URL."""
    text = " ".join(text.split())
    dashes = list(DETAILS.finditer(text))
    title, details = text, ""
    if dashes:
        title, details = text[: dashes[-1].start()], text[dashes[-1].end() :]
    return {"title": title, "url": "", **parse_details(details)}


def add_lead(source: dict[str, Any], lead: str) -> None:
    """Add the text before a link: as title if the link text is its URL, else as publisher."""
    if shown_url(source["title"]) != shown_url(source["url"]):
        source["publisher"] = ", ".join(filter(None, [lead, source["publisher"]]))
    elif any(source[name] for name in ("publisher", "author", "published_on")):
        source["title"] = lead
    else:
        source.update(without_link(lead) | {"url": source["url"]})


def parse_details(text: str) -> dict[str, Any]:
    """Parse publisher, author and date of publication, in that order, each optional."""
    text, published_on = " ".join(text.split()), None
    if found := date_at_end(text.rstrip(" .)")):
        published_on, text = found[0].isoformat(), text[: found[1]]
    publisher, _, author = text.strip(BETWEEN + CLOSING).partition(",")
    return {"publisher": publisher.strip(), "author": author.strip(), "published_on": published_on}


def is_source_url(url: str) -> bool:
    """Return whether a source block accepts this URL."""
    try:
        validate_web_url(url)
    except ValidationError:
        return False
    return len(url) <= MAX_URL_LENGTH


def linked_sources(parts: Iterable[Part]) -> list[Part]:
    """Return a source for each link to the web in the text of the parts, once for each URL.

    Its title is the text of the link, and its publisher the host of the URL.
    """
    found: dict[str, Part] = {}
    for part in parts:
        for href, html in LINK.findall(part.html):
            url = unescaped(href)
            if is_source_url(url):
                found.setdefault(
                    canonical_url(url) or url, linked_source(part, url, bare_text(html))
                )
    return list(found.values())


def linked_source(part: Part, url: str, title: str) -> Part:
    host = host_of(url)
    is_bare = not title or shown_url(title) == shown_url(url)
    details = "" if is_bare else f" — {escape(host)}"
    text = host if is_bare else title
    html = f'<p><a href="{escape(url)}">{escape(text)}</a>{details}</p>'
    return replace(part, role=Role.STORY_SOURCE, text=text, html=html)
