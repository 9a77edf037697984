"""Plain text of mails: headers of one line, and the text part of an issue."""

import re
from collections.abc import Iterable, Iterator
from unicodedata import category

from bs4 import PageElement, Tag

from digest.rendering.markdown.blocks import TextWriter, parse_html, prefix_lines
from digest.rendering.markdown.inline import NOT_IN_DESTINATION, URL, InlineToken

UNDERLINES = {1: "=", 2: "-"}
UNDERLINE_LENGTH = 60


def single_line(text: str) -> str:
    """Return a text without line breaks and control characters."""
    words = " ".join(text.split())  # also splits at U+0085, U+2028 and U+2029
    return "".join(character for character in words if category(character) != "Cc")


def html_to_mail_text(html: str) -> str:
    """Convert the HTML of a mail to text, with the URLs of its links and alt texts in brackets."""
    return "\n\n".join(MailTextWriter().blocks(parse_html(html)))


class MailTextWriter(TextWriter):
    """Writes plain text as people type it in mails: underlined headings, quotes with ">"."""

    def __init__(self) -> None:
        super().__init__(top_heading=1)

    def heading(self, nodes: Iterable[PageElement], level: int) -> str:
        text = super().heading(nodes, level)
        line = UNDERLINES.get(level)
        return f"{text}\n{line * min(len(text), UNDERLINE_LENGTH)}" if text and line else text

    def quote(self, text: str) -> str:
        return prefix_lines(text, "> ", "> ") if text else ""

    def link(self, inner: list[InlineToken], href: str) -> Iterator[InlineToken]:
        yield from inner
        url = NOT_IN_DESTINATION.sub(lambda found: f"%{ord(found[0]):02X}", href.strip())
        text = "".join(token.text for token in inner if not token.pair)
        if URL.fullmatch(url) and text.strip() not in (href, url, re.sub("^mailto:|tel:", "", url)):
            yield InlineToken("text", f" <{url}>")

    def image(self, src: str, alt: str) -> Iterator[InlineToken]:
        words = " ".join(alt.split())
        yield InlineToken("text", f"[{words}]" if words else "")

    def blocks(self, node: Tag, depth: int = 0) -> list[str]:
        # Tables are for layout: they do not count for the limit of nesting.
        return super().blocks(node, 0 if node.name in ("td", "div") else depth)
