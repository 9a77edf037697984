"""HTML cut into tags and text, in time that grows with its length and no faster.

The standard library's parser looks for the end of every unfinished tag and comment anew, which
takes hours for a megabyte of them. Here what has no end goes on to the end of the document, as
browsers have it, and nothing is looked for twice. There is no tree, so there is no depth.
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
# What these hold is no HTML: it goes on to their end tag.
RAW_TEXT = {"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"}


class Token(NamedTuple):
    """A start tag, an end tag, a comment, or a text, in which case ``name`` is the text."""

    kind: str
    name: str
    attributes: dict[str, str] = {}


def tokens_of(html: str) -> Iterator[Token]:
    """The tokens of a page or a fragment; raises DocumentError when there are far too many."""
    position = tags = 0
    while (start := html.find("<", position)) >= 0:
        if start > position:
            yield Token("text", unescaped(html[position:start]))
        token, position = read_markup(html, start)
        yield token
        if token.kind == "start" and token.name in RAW_TEXT:
            position = end_of_raw_text(html, token.name, position)
        tags += 1
        if tags > MAX_TAGS:
            raise DocumentError(f"It is no usual page: more than {MAX_TAGS:,} tags are in it.")
    yield Token("text", unescaped(html[position:]))


def read_markup(html: str, start: int) -> tuple[Token, int]:
    """The token that begins with the ``<`` at this place, and where it ends."""
    if html.startswith("<!--", start):
        return read_until(html, start + 4, "-->")
    if html.startswith(("<!", "<?"), start):
        return read_until(html, start + 2, ">")
    name = NAME.match(html, start + 1)
    if not name:
        return Token("text", "<"), start + 1
    if html[start + 1] == "/":
        end = html.find(">", name.end())
        return Token("end", name[1].lower()), end + 1 if end >= 0 else len(html)
    attributes, end = read_attributes(html, name.end())
    return Token("start", name[1].lower(), attributes), end


def read_until(html: str, start: int, mark: str) -> tuple[Token, int]:
    """A comment or a declaration, up to its end."""
    end = html.find(mark, start)
    if end < 0:
        return Token("comment", ""), len(html)
    return Token("comment", html[start:end]), end + len(mark)


def read_attributes(html: str, position: int) -> tuple[dict[str, str], int]:
    """The attributes of a tag, the first of each name, and where the tag ends."""
    attributes: dict[str, str] = {}
    while found := ATTRIBUTE.match(html, position):
        value = next((text for text in found.groups()[1:] if text is not None), "")
        attributes.setdefault(found[1].lower(), value)
        position = found.end()
    while position < len(html) and html[position] in " \t\n\r\f/":
        position += 1
    if position < len(html) and html[position] == "=":
        return read_rest(html, position + 1, attributes)
    return {name: unescaped(value) for name, value in attributes.items()}, position + 1


def read_rest(html: str, position: int, attributes: dict[str, str]) -> tuple[dict[str, str], int]:
    """Give up on a tag with stray signs in it: it ends at the next bracket."""
    end = html.find(">", position)
    known = {name: unescaped(value) for name, value in attributes.items()}
    return known, end + 1 if end >= 0 else len(html)


def end_of_raw_text(html: str, name: str, position: int) -> int:
    """Where the end tag of a script or the like begins."""
    found = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(html, position)
    return found.start() if found else len(html)
