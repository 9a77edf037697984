"""Tokenize HTML in linear time.

The parser of the standard library searches for the end of every unclosed tag and comment again,
which takes hours for a megabyte of them. Here an unclosed construct extends to the end of the
document, as in browsers, and nothing is scanned twice.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from digest.importing.errors import DocumentError
from digest.importing.rich_text import unescaped

MAX_TAGS = 100_000
NAME = re.compile(r"/?([a-zA-Z][^\s/>]*)")
ATTRIBUTE = re.compile(
    r"[\s/]*([^\s/>=]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"'][^\s>]*)))?"
)
# Raw text elements: their content is not markup.
RAW_TEXT = {"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"}


class HtmlToken(NamedTuple):
    """A token of kind start, end, comment, text or css; the last three have it as ``name``."""

    kind: str
    name: str
    attributes: dict[str, str] = {}


def tokenize(html: str) -> Iterator[HtmlToken]:
    """Yield the tokens of a page or fragment; raises DocumentError above ``MAX_TAGS``."""
    position = tags = 0
    while (start := html.find("<", position)) >= 0:
        if start > position:
            yield HtmlToken("text", unescaped(html[position:start]))
        token, position = parse_markup(html, start)
        yield token
        if token.kind == "start" and token.name in RAW_TEXT:
            start, position = position, end_of_raw_text(html, token.name, position)
            if token.name == "style":
                yield HtmlToken("css", html[start:position])
        tags += 1
        if tags > MAX_TAGS:
            raise DocumentError(f"It is too large: more than {MAX_TAGS:,} tags.")
    yield HtmlToken("text", unescaped(html[position:]))


def parse_markup(html: str, start: int) -> tuple[HtmlToken, int]:
    """Return the token that starts with the ``<`` at ``start``, and its end."""
    if html.startswith("<!--", start):
        # "<!-->" is a whole comment.
        return parse_until(html, start + 4, "-->", start + 2)
    if html.startswith(("<!", "<?"), start):
        return parse_until(html, start + 2, ">")
    name = NAME.match(html, start + 1)
    if not name:
        return HtmlToken("text", "<"), start + 1
    if html[start + 1] == "/":
        end = html.find(">", name.end())
        return HtmlToken("end", name[1].lower()), end + 1 if end >= 0 else len(html)
    attributes, end = parse_attributes(html, name.end())
    return HtmlToken("start", name[1].lower(), attributes), end


def parse_until(html: str, start: int, mark: str, search: int = 0) -> tuple[HtmlToken, int]:
    """Return a comment or declaration, and its end, which is at ``search`` or after it."""
    end = html.find(mark, search or start)
    if end < 0:
        return HtmlToken("comment", ""), len(html)
    return HtmlToken("comment", html[start:end]), end + len(mark)


def parse_attributes(html: str, position: int) -> tuple[dict[str, str], int]:
    """Return the attributes of a tag, the first of each name, and the end of the tag."""
    attributes: dict[str, str] = {}
    while found := ATTRIBUTE.match(html, position):
        value = next((text for text in found.groups()[1:] if text is not None), "")
        attributes.setdefault(found[1].lower(), value)
        position = found.end()
    while position < len(html) and html[position] in " \t\n\r\f/":
        position += 1
    if position < len(html) and html[position] == "=":
        return skip_malformed(html, position + 1, attributes)
    return {name: unescaped(value) for name, value in attributes.items()}, position + 1


def skip_malformed(
    html: str, position: int, attributes: dict[str, str]
) -> tuple[dict[str, str], int]:
    """Stop parsing a malformed tag; it ends at the next ``>``."""
    end = html.find(">", position)
    known = {name: unescaped(value) for name, value in attributes.items()}
    return known, end + 1 if end >= 0 else len(html)


def end_of_raw_text(html: str, name: str, position: int) -> int:
    """Return where the end tag of a raw text element starts."""
    found = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(html, position)
    return found.start() if found else len(html)
