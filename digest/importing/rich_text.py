"""Convert text to Wagtail's rich text, with links, sanitised for a field.

Raw HTML is text here; only ``<sup>`` and ``<sub>`` are kept in Markdown.
"""

import re
from collections.abc import Iterable, Iterator
from html import unescape

import nh3
from django.utils.html import escape
from wagtail.whitelist import check_url

from digest.importing.editor_html import editor_html
from digest.importing.recognition import URL
from digest.rendering.rich_text import ALLOWED_SCHEMES

# The tags stored by each feature of a rich text field. Wagtail's own sanitiser of database HTML
# would unwrap code, blockquote, strikethrough, superscript and subscript.
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

MAX_URL_LENGTH = 2000
CELL_SEPARATOR = " · "  # between the cells of a row of a table, which is a line
SENTENCE_ENDS = ".,;:!?…'\"‘’“”«»*"
LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>')
# A list that goes on in another part is marked, so that its numbers go on as well.
CONTINUED = ' class="continued"'
CONTINUED_LIST = re.compile(rf"</([uo]l)><\1{CONTINUED}>")
ABSOLUTE_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
URL_PREFIX = re.compile(r"(?:https?://|mailto:|tel:)?(?:www\.)?")
LINK_WITHOUT_URL = re.compile(r"<a>(.*?)</a>")
# Indentation and runs of spaces, each of which is read only once.
CODE_SPACES = re.compile(r"(?m)^ +|(?<! )  +(?=\S)")
LINE_START = re.compile(r"<(?:p|li|h3|blockquote|br/)>")
TAG = re.compile(r"<[^>]*>")
WORD = re.compile(r"[^\W_]+")
EMPTY_TAG = re.compile(r"<(b|i|s|sup|sub|code|a)\b[^>]*></\1>")
# More digits than any code point has; Python raises for thousands of them.
LONG_REFERENCE = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{8,});?")


def unescaped(text: str) -> str:
    """Replace character references such as ``&amp;``."""
    return unescape(LONG_REFERENCE.sub("\ufffd", text))


def linkify(text: str) -> str:
    """Escape plain text, and turn URLs in it into links."""
    html, end = "", 0
    for found in URL.finditer(text):
        url = trim_url(found[0])
        if "://" in url and len(url) <= MAX_URL_LENGTH:
            html += f'{escape(text[end : found.start()])}<a href="{escape(url)}">'
            html += f"{escape(url)}</a>"
            end = found.start() + len(url)
    return html + escape(text[end:])


def trim_url(url: str) -> str:
    """Remove the punctuation of the surrounding sentence from a URL.

    Django's ``urlize`` loses a character of "(https://example.com)." here.
    """
    if len(url) > MAX_URL_LENGTH + len(SENTENCE_ENDS):
        return url
    before = ""
    while url != before:
        before, url = url, url.rstrip(SENTENCE_ENDS)
        for opening, closing in ("()", "[]", "{}"):
            if url.endswith(closing) and url.count(closing) > url.count(opening):
                url = url[:-1]
    return url


def paragraph_html(text: str) -> str:
    """Render plain text as a paragraph, keeping its line ends."""
    return f"<p>{lines_html(text)}</p>"


def lines_html(text: str) -> str:
    """Render plain text without indentation and blank lines, keeping its line ends."""
    return "<br/>".join(linkify(line.strip()) for line in text.split("\n") if line.strip())


def list_html(tag: str, items: Iterable[str]) -> str:
    """Render plain texts as a list."""
    return f"<{tag}>{''.join(f'<li>{linkify(item)}</li>' for item in items)}</{tag}>"


def code_text(text: str) -> str:
    """Return code with spaces that the editor keeps: it collapses common ones."""
    return CODE_SPACES.sub(lambda spaces: "\xa0" * len(spaces[0]), text.expandtabs(4))


def sanitise(html: str, features: list[str]) -> str:
    """Return database HTML that a field with these features can hold, and its editor keeps."""
    tags = {"p", "br"}.union(*(FEATURE_TAGS.get(feature, ()) for feature in features))
    html = nh3.clean(
        CONTINUED_LIST.sub("", html),
        tags=tags | {"h3", "blockquote"},
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes=ALLOWED_SCHEMES,
        link_rel=None,
    )
    # The editor cannot open a stored <br>, and nh3 removes URLs that it cannot parse.
    html = LINK_WITHOUT_URL.sub(r"\1", html.replace("<br>", "<br/>"))
    return editor_html(html, tags)


def is_allowed_url(url: str) -> bool:
    """Return whether a link may have this URL: web, mail and phone, not scripts or files."""
    scheme, colon, _ = re.split(r"[/?#]", url, maxsplit=1)[0].partition(":")
    return check_url(url) is not None and (not colon or scheme.lower() in ALLOWED_SCHEMES)


def plain_text_with_urls(html: str) -> str:
    """Convert our HTML to plain text; URLs of links follow in brackets unless visible."""
    text = LINK.sub(lambda link: link_text_with_url(link[1], link[2]), html)
    text = TAG.sub("", LINE_START.sub("\n", text))
    return re.sub(r"\n{2,}", "\n", unescaped(text)).strip()


def link_text_with_url(url: str, text: str) -> str:
    """Return the text of a link, with its URL unless the text is the URL."""
    return text if shown_url(TAG.sub("", text)) == shown_url(url) else f"{text} ({url})"


def without_relative_links(html: str) -> tuple[str, list[str]]:
    """Return our HTML with links within the original site as text, and their URLs."""
    relative = [unescaped(url) for url, _ in LINK.findall(html) if not ABSOLUTE_URL.match(url)]
    if relative:
        html = LINK.sub(lambda link: link[0] if ABSOLUTE_URL.match(link[1]) else link[2], html)
    return html, [url for url in relative if url]


def shown_url(url: str) -> str:
    """Return a URL as texts show it: without scheme, ``www.`` and final slash."""
    return URL_PREFIX.sub("", url.strip().lower()).rstrip("/")


def bare_text(html: str) -> str:
    """Convert our HTML to one line of plain text, without URLs."""
    return " ".join(unescaped(TAG.sub("", LINE_START.sub(" ", html))).split())


def html_after(html: str, count: int) -> str:
    """Return the HTML after the first ``count`` characters of ``bare_text``, formatting kept."""
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
    """Yield the links of a heading as HTML for sources, since headings are plain text."""
    text = bare_text(html)
    for url, _ in LINK.findall(html):
        if unescaped(url) not in text:
            yield f'<p><a href="{url}">{escape(text)}</a></p>'


def split_words(text: str) -> list[str]:
    return WORD.findall(unescaped(text))
