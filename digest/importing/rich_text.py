"""Text and Markdown to Wagtail's rich text: converted, linked, and sanitised for a field.

Raw HTML is text here, in both formats; only ``<sup>`` and ``<sub>`` pass in Markdown.
"""

import re
from collections.abc import Iterable, Iterator
from html import unescape

import nh3
from django.utils.html import escape
from wagtail.whitelist import check_url

from digest.importing.recognition import ADDRESS
from digest.rendering.rich_text import ALLOWED_SCHEMES

# The tags that each feature of a rich text field stores. Wagtail's own sanitiser of database HTML
# knows no code, blockquote, strikethrough, superscript or subscript, and would unwrap them.
FEATURE_TAGS = {
    "bold": {"b"},
    "italic": {"i"},
    "link": {"a"},
    "code": {"code"},
    "ol": {"ol", "li"},
    "ul": {"ul", "li"},
    "strikethrough": {"s"},
    "superscript": {"sup"},
    "subscript": {"sub"},
    "h3": {"h3"},
    "blockquote": {"blockquote"},
}

MAX_ADDRESS_LENGTH = 2000
SENTENCE_ENDS = ".,;:!?…'\"‘’“”«»*"
BLOCK_QUOTE_OR_HEADING = re.compile(r"<(/?)(?:h3|blockquote)>")
LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>')
LINE_START = re.compile(r"<(?:p|li|h3|blockquote|br/)>")
TAG = re.compile(r"<[^>]*>")
WORD = re.compile(r"[^\W_]+")
EMPTY_TAG = re.compile(r"<(b|i|s|sup|sub|code|a)\b[^>]*></\1>")
# More digits than any character has; Python refuses to read thousands of them.
LONG_REFERENCE = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{8,});?")


def unescaped(text: str) -> str:
    """Text with the characters that references such as ``&amp;`` stand for."""
    return unescape(LONG_REFERENCE.sub("\ufffd", text))


def linked(text: str) -> str:
    """Plain text as HTML, with the addresses in it as links."""
    html, end = "", 0
    for found in ADDRESS.finditer(text):
        address = trimmed(found[0])
        if "://" in address and len(address) <= MAX_ADDRESS_LENGTH:
            html += f'{escape(text[end : found.start()])}<a href="{escape(address)}">'
            html += f"{escape(address)}</a>"
            end = found.start() + len(address)
    return html + escape(text[end:])


def trimmed(address: str) -> str:
    """An address without the punctuation of the sentence around it.

    Django's ``urlize`` loses a character of "(https://example.com)." here.
    """
    if len(address) > MAX_ADDRESS_LENGTH + len(SENTENCE_ENDS):
        return address
    before = ""
    while address != before:
        before, address = address, address.rstrip(SENTENCE_ENDS)
        for opening, closing in ("()", "[]", "{}"):
            if address.endswith(closing) and address.count(closing) > address.count(opening):
                address = address[:-1]
    return address


def paragraph_html(text: str) -> str:
    """A paragraph of plain text as HTML; its line ends stay."""
    return f"<p>{'<br/>'.join(map(linked, text.split(chr(10))))}</p>"


def list_html(tag: str, items: Iterable[str]) -> str:
    """A list of plain texts as HTML."""
    return f"<{tag}>{''.join(f'<li>{linked(item)}</li>' for item in items)}</{tag}>"


def sanitise(html: str, features: list[str]) -> str:
    """Database HTML with nothing but what a field with these features may hold."""
    tags = {"p", "br"}.union(*(FEATURE_TAGS.get(feature, ()) for feature in features))
    if "blockquote" not in tags:
        html = BLOCK_QUOTE_OR_HEADING.sub(r"<\1p>", html)
    html = nh3.clean(
        html, tags=tags, attributes={"a": {"href"}}, url_schemes=ALLOWED_SCHEMES, link_rel=None
    )
    return html.replace("<br>", "<br/>")  # the editor cannot open a stored <br>


def is_allowed_address(address: str) -> bool:
    """Whether a link may lead there: to a page, a mail or a phone; not to scripts or files."""
    scheme, colon, _ = re.split(r"[/?#]", address, maxsplit=1)[0].partition(":")
    return check_url(address) is not None and (not colon or scheme.lower() in ALLOWED_SCHEMES)


def plain_text(html: str) -> str:
    """Our HTML as plain text; a link keeps its address in brackets where its text hides it."""
    text = LINK.sub(lambda link: shown(link[1], link[2]), html)
    text = TAG.sub("", LINE_START.sub("\n", text))
    return re.sub(r"\n{2,}", "\n", unescaped(text)).strip()


def shown(address: str, text: str) -> str:
    """The text of a link, with its address where the text is not a part of it."""
    return text if TAG.sub("", text) in address else f"{text} ({address})"


def bare_text(html: str) -> str:
    """Our HTML as one line of plain text, without addresses."""
    return " ".join(unescaped(TAG.sub("", LINE_START.sub(" ", html))).split())


def html_after(html: str, count: int) -> str:
    """What our HTML says after so many characters of its ``bare_text``, formatted as it was."""
    opened, after = [], ""
    for piece in re.split(r"(<[^>]*>)", html):
        if count <= 0:
            after += piece
        elif piece.startswith("</"):
            opened.pop()
        elif piece.startswith("<") and piece != "<br/>":
            opened.append(piece)
        else:
            text = unescaped(piece) if piece != "<br/>" else " "
            rest, count = text[count:], count - len(text)
            after = "".join(opened) + escape(rest) if count <= 0 else ""
    return EMPTY_TAG.sub("", after)


def heading_sources(html: str) -> Iterator[str]:
    """A heading is plain text, so what it links to becomes a source: the HTML of each."""
    text = bare_text(html)
    for address, _ in LINK.findall(html):
        if unescaped(address) not in text:
            yield f'<p><a href="{address}">{escape(text)}</a></p>'


def words(text: str) -> list[str]:
    """The words of a text, to compare what came in with what came out."""
    return WORD.findall(unescaped(text))
