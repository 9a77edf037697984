"""One line of a list of sources, taken apart: title, address, publisher, author, date."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from digest.importing.parts import Part
from digest.importing.recognition import DATE, date_of
from digest.importing.rich_text import LINK, MAX_ADDRESS_LENGTH, bare_text

BETWEEN = " \t\n—–-:|,;·("
DETAILS = re.compile(r"\s[—–|-]\s")
is_web_address = URLValidator(schemes=["http", "https"])


def parse_sources(part: Part) -> list[dict[str, Any]]:
    """The sources of one part: one for each link in it, or one for its text.

    ``[Title](address) — Publisher, Author, 2026-04-10`` and ``Publisher: [Title](address)`` are
    understood, and without formatting ``Title — Publisher https://...``.
    """
    before, links = split_at_links(part.rich_text)
    if not links:
        return [without_link(before)]
    sources = [with_link(*link) for link in links]
    if before.strip(BETWEEN):
        add_lead(sources[0], before.strip(BETWEEN + ")"))
    return sources


def split_at_links(html: str) -> tuple[str, list[tuple[str, str, str]]]:
    """The text before the first link, and (text, address, text after it) of each."""
    before, *rest = LINK.split(html)
    addresses, texts, afters = rest[0::3], rest[1::3], rest[2::3]
    links = zip(texts, addresses, afters, strict=True)
    return bare_text(before), [tuple(map(bare_text, link)) for link in links]


def with_link(title: str, address: str, details: str) -> dict[str, Any]:
    """The source that a link and the text after it make."""
    if not is_usable(address):
        return {**without_link(f"{title} ({address})"), **parse_details(details)}
    return {"title": title.strip(), "url": address, **parse_details(details)}


def without_link(text: str) -> dict[str, Any]:
    """The source that a line without an address makes."""
    text = " ".join(text.split())
    dashes = list(DETAILS.finditer(text))
    title, details = text, ""
    if dashes:
        title, details = text[: dashes[-1].start()], text[dashes[-1].end() :]
    return {"title": title, "url": "", **parse_details(details)}


def add_lead(source: dict[str, Any], lead: str) -> None:
    """Give the words before a link their place: a title if the link shows only its address."""
    if not source["url"].endswith(source["title"]):
        source["publisher"] = ", ".join(filter(None, [lead, source["publisher"]]))
    elif any(source[name] for name in ("publisher", "author", "published_on")):
        source["title"] = lead
    else:
        source.update(without_link(lead) | {"url": source["url"]})


def parse_details(text: str) -> dict[str, Any]:
    """Publisher, author and date of publication, in that order, each optional."""
    text, published_on = " ".join(text.split()), None
    for found in DATE.finditer(text):
        if found.end() == len(text.rstrip(" .)")) and (day := date_of(found)):
            published_on, text = day.isoformat(), text[: found.start()]
    publisher, _, author = text.lstrip(BETWEEN).rstrip(BETWEEN + ")").partition(",")
    return {"publisher": publisher.strip(), "author": author.strip(), "published_on": published_on}


def is_usable(address: str) -> bool:
    """Whether the block of a source takes this address."""
    try:
        is_web_address(address)
    except ValidationError:
        return False
    return len(address) <= MAX_ADDRESS_LENGTH
