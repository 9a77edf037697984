"""Markdown as the HTML that Wagtail's rich text fields store.

The parser is markdown-it-py with CommonMark's rules, tables and strikethrough; here stands what
Wagtail wants differently: its tags, lists and quotes without paragraphs in them, no images.
"""

import re
from collections import Counter
from collections.abc import Sequence
from urllib.parse import unquote

from django.utils.html import escape
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from digest.importing.rich_text import is_allowed_address, linked, words

ALLOWED_HTML = ("<sup>", "</sup>", "<sub>", "</sub>")
WAGTAIL_TAGS = {"strong": "b", "em": "i"}
CONTAINERS = ("bullet_list", "ordered_list", "blockquote")
PARAGRAPHS = ("paragraph_open", "paragraph_close", "heading_open", "heading_close")

INDENT = re.compile(r"^ +")
# Words of a source that are marks: list numbers, names of references, languages of code, tags.
MARKS = re.compile(
    r"^[ \t>]*(?:[-*+][ \t]+)*\d{1,3}[.)](?=\s)"
    r"|(?<=\])\[[^\]\n]*\]|^[ \t>]*(?:```|~~~).*$|</?su[bp]>",
    re.MULTILINE,
)


def converter() -> MarkdownIt:
    """A parser and renderer of Markdown for rich text."""
    markdown = MarkdownIt("commonmark").enable(["strikethrough", "table"]).disable("html_block")
    markdown.validateLink = is_allowed_address
    markdown.core.ruler.push("wagtail_shape", wagtail_shape)
    for name, rule in RULES.items():
        markdown.add_render_rule(name, rule)
    return markdown


def words_lost(source: str, html: str) -> Counter[str]:
    """The words of a Markdown source that its HTML no longer has, in its text or its links."""
    addresses = " ".join(re.findall(r'href="([^"]*)"', html))
    kept = re.sub(r"<[^>]*>", " ", html) + " " + addresses + " " + unquote(addresses)
    return Counter(words(MARKS.sub(" ", source))) - Counter(words(kept))


def wagtail_shape(state: StateCore) -> None:
    """Take paragraphs out of lists and quotes, and note which text may become links."""
    depth, before = 0, None
    for position, token in enumerate(state.tokens):
        if token.type == "blockquote_open":
            quote = quote_at(state.tokens, position)
            quote[0].hidden = quote[-1].hidden = bool(depth) or not is_simple(quote)
        if token.type.rpartition("_")[0] in CONTAINERS and not token.hidden:
            depth += token.nesting
        if token.type in PARAGRAPHS and depth:
            set_inside(token, before)
        mark_links(token.children or [])
        before = token


def quote_at(tokens: Sequence[Token], start: int) -> Sequence[Token]:
    """The tokens of the quote that begins at this position."""
    level, end = tokens[start].level, start + 1
    while tokens[end].level != level:
        end += 1
    return tokens[start : end + 1]


def is_simple(quote: Sequence[Token]) -> bool:
    """Whether a quote has only paragraphs; Wagtail's quotes hold nothing else."""
    return all(token.type == "inline" or token.type in PARAGRAPHS for token in quote[1:-1])


def set_inside(token: Token, before: Token | None) -> None:
    """Hide a paragraph in a list or a quote; break the line between it and one before it."""
    token.hidden = True
    if token.nesting == 1 and before is not None and before.type in PARAGRAPHS:
        token.type, token.tag, token.nesting, token.hidden = "hardbreak", "br", 0, False


def mark_links(children: list[Token]) -> None:
    """Give Wagtail's names to inline tags, and note what stands inside a link and its title."""
    titles: list[str] = []
    for child in children:
        child.tag = WAGTAIL_TAGS.get(child.tag, child.tag)
        if child.type == "link_open":
            titles.append(str(child.attrs.pop("title", "")))
        elif child.type == "link_close":
            child.meta["title"] = titles.pop()
        child.meta["in_link"] = bool(titles)


def render_text(self: RendererHTML, tokens: Sequence[Token], index: int, *args) -> str:
    """Text, with bare addresses as links unless it is the text of a link."""
    token = tokens[index]
    return escape(token.content) if token.meta.get("in_link") else linked(token.content)


def render_html(self: RendererHTML, tokens: Sequence[Token], index: int, *args) -> str:
    """Raw HTML is shown as it was written; superscript and subscript pass."""
    content = " ".join(tokens[index].content.split())
    return content if content in ALLOWED_HTML else escape(content)


def render_image(self: RendererHTML, tokens: Sequence[Token], index: int, options, env) -> str:
    """An image becomes a link to it: pictures are chosen in the editor."""
    token = tokens[index]
    text = " ".join(self.renderInlineAsText(token.children, options, env).split())
    title = token.attrs.get("title")
    text, address = escape(f"{text} ({title})" if title else text), escape(str(token.attrs["src"]))
    if token.meta.get("in_link"):
        return f"{text} {address}"
    return f'<a href="{address}">{text or address}</a>'


def render_link_close(self: RendererHTML, tokens: Sequence[Token], index: int, *args) -> str:
    """The end of a link; its title, which rich text has no place for, follows in brackets."""
    title = tokens[index].meta.get("title")
    return f"</a> ({escape(title)})" if title else "</a>"


def render_code(self: RendererHTML, tokens: Sequence[Token], index: int, *args) -> str:
    """Lines of code as inline code, the only code that rich text fields have here."""
    token = tokens[index]
    lines = [escape(line) for line in token.content.strip("\n").split("\n")]
    code = "<br/>".join(INDENT.sub(lambda spaces: "\xa0" * len(spaces[0]), line) for line in lines)
    return f"<code>{code}</code>" if token.level else f"<p><code>{code}</code></p>"


def render_heading(self: RendererHTML, tokens: Sequence[Token], index: int, *args) -> str:
    """Every heading within a story is of the one level that stories have."""
    token = tokens[index]
    if token.hidden:
        return ""
    return "<h3>" if token.nesting == 1 else "</h3>"


RULES = {
    "text": render_text,
    "html_inline": render_html,
    "image": render_image,
    "link_close": render_link_close,
    "fence": render_code,
    "code_block": render_code,
    "heading_open": render_heading,
    "heading_close": render_heading,
    "softbreak": lambda *args: " ",
    "hardbreak": lambda *args: "<br/>",
}
