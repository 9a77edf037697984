"""Convert Markdown to the HTML of Wagtail's rich text fields.

The parser is markdown-it-py with CommonMark rules, tables and strikethrough. The rules here adapt
its output to Wagtail: tag names, no code blocks, no tables (rows are items), no images.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import count, pairwise
from urllib.parse import unquote

from django.utils.html import escape
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from digest.importing.readers.markdown_footnotes import use_footnotes
from digest.importing.readers.markdown_syntax import SYNTAX, use_other_syntax
from digest.importing.rich_text import (
    CELL_SEPARATOR,
    code_text,
    is_allowed_url,
    linkify,
    split_words,
)

WAGTAIL_TAGS = {"strong": "b", "em": "i"}
CELLS = ("th_open", "td_open")
ROW_LEVEL = 2  # that of a row of a table at the top level

NOTHING = [
    *("nothing", "nothing_open", "nothing_close"),
    *("thead_open", "thead_close", "tbody_open", "tbody_close"),
    *("th_close", "td_close"),
]
# Words that are syntax: list numbers, reference names, labels of notes, code languages, tags.
MARKS = re.compile(
    r"^[ \t>]*(?:[-*+][ \t]+)*\d{1,9}[.)](?=\s)"
    r"|(?<=\])\[[^\]]{0,999}\]|\[\^[^\]\s]+\]:?"
    rf"|^[ \t>]*(?:```|~~~).*$|{SYNTAX}",
    re.MULTILINE,
)


def markdown_converter() -> MarkdownIt:
    """Return a Markdown parser that renders rich text."""
    markdown = MarkdownIt("commonmark").enable(["strikethrough", "table"]).disable("html_block")
    markdown.validateLink = is_allowed_url
    use_footnotes(markdown)
    use_other_syntax(markdown)
    markdown.core.ruler.push("wagtail_shape", wagtail_shape)
    for name, rule in RULES.items():
        markdown.add_render_rule(name, rule)
    return markdown


def words_lost(source: str, html: str, left_out: str = "") -> Counter[str]:
    """Return the words of the source that are neither in the HTML, its URLs, nor left out."""
    urls = " ".join(re.findall(r'href="([^"]*)"', html))
    kept = " ".join([re.sub(r"<[^>]*>", " ", html), urls, unquote(urls), left_out])
    return Counter(split_words(MARKS.sub(" ", source))) - Counter(split_words(kept))


def wagtail_shape(state: StateCore) -> None:
    """Show all paragraphs, number items, rename inline tags, and mark text inside links."""
    positions = []
    for token in state.tokens:
        token.hidden = False
        if token.type == "list_item_open":
            token.meta["position"] = next(positions[-1])
        elif token.type.endswith("_list_open"):
            positions.append(count())
        elif token.type.endswith("_list_close"):
            positions.pop()
        mark_links(token.children or [])
    mark_cells(state.tokens)


def mark_cells(tokens: list[Token]) -> None:
    """Mark the cells that follow another one in their row, and rows without text."""
    row, follows = Token("", "", 0), False
    for token, content in pairwise(tokens):
        if token.type == "tr_open":
            row, follows = token, False
        elif token.type == "tr_close":
            row.meta["is_empty"] = token.meta["is_empty"] = not follows
        elif token.type in CELLS and content.content:
            token.meta["follows"], follows = follows, True


def mark_links(children: list[Token]) -> None:
    """Rename inline tags for Wagtail, mark text inside links, and move their titles to the end."""
    titles: list[str] = []
    for child in children:
        child.tag = WAGTAIL_TAGS.get(child.tag, child.tag)
        if child.type == "link_open":
            titles.append(str(child.attrs.pop("title", "")))
        elif child.type == "link_close":
            child.meta["title"] = titles.pop()
        child.meta["in_link"] = bool(titles)


def render_text(self: RendererHTML, tokens: Sequence[Token], index: int, *args) -> str:
    """Render text, with bare URLs as links unless it is inside a link."""
    token = tokens[index]
    return escape(token.content) if token.meta.get("in_link") else linkify(token.content)


def render_html(self: RendererHTML, tokens: Sequence[Token], index: int, *args) -> str:
    """Escape raw HTML that is not rich text."""
    return escape(" ".join(tokens[index].content.split()))


def render_image(self: RendererHTML, tokens: Sequence[Token], index: int, options, env) -> str:
    """Render an image as a link to it; images are chosen in the editor."""
    token = tokens[index]
    text = " ".join(self.renderInlineAsText(token.children, options, env).split())
    title = token.attrs.get("title")
    text, url = escape(f"{text} ({title})" if title else text), escape(str(token.attrs["src"]))
    if token.meta.get("in_link"):
        return f"{text} {url}"
    return f'<a href="{url}">{text or url}</a>'


def render_link_close(self: RendererHTML, tokens: Sequence[Token], index: int, *args) -> str:
    """Close a link, followed by its title in brackets, since rich text links have none."""
    title = tokens[index].meta.get("title")
    return f"</a> ({escape(title)})" if title else "</a>"


def render_code(self: RendererHTML, tokens: Sequence[Token], index: int, *args) -> str:
    """Render a code block as inline code, the only code of the rich text fields."""
    code = escape(code_text(tokens[index].content.strip("\n"))).replace("\n", "<br/>")
    return f"<p><code>{code}</code></p>"


def render_code_span(self: RendererHTML, tokens: Sequence[Token], index: int, *args) -> str:
    """Render inline code with all of its spaces."""
    return f"<code>{escape(code_text(tokens[index].content))}</code>"


def render_heading(self: RendererHTML, tokens: Sequence[Token], index: int, *args) -> str:
    """Render headings of all levels as ``<h3>``, the only level within a story."""
    return "<h3>" if tokens[index].nesting == 1 else "</h3>"


def render_table(self: RendererHTML, tokens: Sequence[Token], index: int, *args) -> str:
    """Render a table as a list; in a list or quotation its rows are paragraphs."""
    if tokens[index].level:
        return ""
    return "<ul>" if tokens[index].nesting == 1 else "</ul>"


def render_row(self: RendererHTML, tokens: Sequence[Token], index: int, *args) -> str:
    """Render a row of a table, unless it is empty."""
    token = tokens[index]
    tag = "li" if token.level == ROW_LEVEL else "p"
    if token.meta["is_empty"]:
        return ""
    return f"<{tag}>" if token.nesting == 1 else f"</{tag}>"


def render_cell(self: RendererHTML, tokens: Sequence[Token], index: int, *args) -> str:
    """Separate the cells of a row."""
    return CELL_SEPARATOR if tokens[index].meta.get("follows") else ""


RULES = {
    "text": render_text,
    "html_inline": render_html,
    "image": render_image,
    "link_close": render_link_close,
    "code_inline": render_code_span,
    "fence": render_code,
    "code_block": render_code,
    "heading_open": render_heading,
    "heading_close": render_heading,
    "table_open": render_table,
    "table_close": render_table,
    "tr_open": render_row,
    "tr_close": render_row,
    "th_open": render_cell,
    "td_open": render_cell,
    "wikilink": render_text,
    **dict.fromkeys(NOTHING, lambda *args: ""),
    "softbreak": lambda *args: " ",
    "hardbreak": lambda *args: "<br/>",
}
