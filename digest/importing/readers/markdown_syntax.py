"""Syntax of other programs in Markdown: attributes, links of wikis, and inline HTML.

``{#id .class}`` after a heading or a link is for the program that made the document. A wikilink is
its text. Inline tags that rich text has are what they say; all other HTML stays text.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from digest.importing.html.inline import INLINE_TAGS, MAX_OPEN, TAG_FORMATS
from digest.importing.html.tokens import parse_attributes
from digest.importing.rich_text import is_allowed_url

ONE_ATTRIBUTE = r"(?:[#.][\w:.-]+|[\w-]+=(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s\"'{}]+))"
ATTRIBUTES = rf"\{{:?[ \t]*{ONE_ATTRIBUTE}(?:[ \t]+{ONE_ATTRIBUTE})*[ \t]*\}}"
INLINE_ATTRIBUTES = re.compile(ATTRIBUTES)
HEADING_ATTRIBUTES = re.compile(rf"[ \t]*{ATTRIBUTES}[ \t]*#*$")
BLOCK_ATTRIBUTES = re.compile(r"^[ \t]*\{:[^{}\n]*\}[ \t]*(?:\n|\Z)", re.MULTILINE)
WIKILINK = re.compile(r"!?\[\[([^\[\]|\n]+)(?:\|([^\[\]\n]+))?\]\](?![(\[])")
CLOSES_SPAN = ')]*_`"'
TAG = re.compile(r"<(/?)([a-zA-Z]+)(?=[\s/>])")
KNOWN_TAGS = {*INLINE_TAGS, "br", "img"}
# Marks that are no words of the text; ``words_lost`` removes them.
SYNTAX = (
    rf"{ATTRIBUTES}|^[ \t]*\{{:[^{{}}\n]*\}}|(?i:</?(?:{'|'.join(sorted(KNOWN_TAGS))})\b[^<>]*>)"
)


def use_other_syntax(markdown: MarkdownIt) -> None:
    """Add the rules of this module to a parser."""
    markdown.core.ruler.after("block", "attributes", remove_block_attributes)
    markdown.inline.ruler.before("link", "wikilink", read_wikilink)
    markdown.inline.ruler.before("image", "wikilink_embed", read_wikilink)
    markdown.inline.ruler.before("link", "attributes", skip_attributes)
    markdown.core.ruler.push("inline_html", read_inline_html)


def remove_block_attributes(state: StateCore) -> None:
    """Remove attributes at the end of headings, and lines of attributes."""
    before = None
    for token in state.tokens:
        if token.type == "inline" and "{" in token.content:
            if before is not None and before.type == "heading_open":
                token.content = HEADING_ATTRIBUTES.sub("", token.content)
            token.content = BLOCK_ATTRIBUTES.sub("", token.content).strip()
        before = token


def skip_attributes(state: StateInline, silent: bool) -> bool:
    """Skip attributes directly after a link, an image, code or emphasis."""
    found = INLINE_ATTRIBUTES.match(state.src, state.pos)
    if not found or state.src[state.pos - 1 : state.pos] not in tuple(CLOSES_SPAN):
        return False
    state.pos = found.end()
    return True


def read_wikilink(state: StateInline, silent: bool) -> bool:
    """Read ``[[Page]]`` or ``[[Page|text]]`` as its text."""
    found = WIKILINK.match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        token = state.push("wikilink", "", 0)
        token.content = found[2] or found[1]
        token.meta["left_out"] = found[1] if found[2] else ""
    state.pos = found.end()
    return True


def read_inline_html(state: StateCore) -> None:
    for token in state.tokens:
        if token.children and any(child.type == "html_inline" for child in token.children):
            pair_tags(token.children)


def pair_tags(children: list[Token]) -> None:
    """Turn inline tags that are closed at their level into tokens of Markdown."""
    opened: list[tuple[int, str, dict[str, str]]] = []
    for position, child in enumerate(children):
        tag = TAG.match(child.content) if child.type == "html_inline" else None
        name = tag[2].lower() if tag else ""
        if name not in KNOWN_TAGS:
            continue
        attributes, _ = parse_attributes(child.content, tag.end())
        if name == "br":
            child.type, child.tag = "hardbreak", "br"
        elif name == "img":
            read_image(child, attributes)
        elif not tag[1]:
            opened = [*opened[-MAX_OPEN:], (position, name, attributes)]
        else:
            for index in range(len(opened) - 1, -1, -1):
                start, other, attributes = opened[index]
                if other == name and children[start].level == child.level:
                    set_pair(children[start : position + 1], name, attributes)
                    del opened[index:]
                    break


def set_pair(tokens: list[Token], name: str, attributes: dict[str, str]) -> None:
    """Set the type of an opening and a closing tag."""
    first, last = tokens[0], tokens[-1]
    format_name = TAG_FORMATS.get(name, "")
    kind = format_name or "nothing"
    url = attributes.get("href", "").strip()
    if name == "a" and is_allowed_url(url) and not any("link" in t.type for t in tokens):
        kind, first.attrs = "link", {"href": url}
    elif url:
        first.meta["left_out"] = url
    for token, end, nesting in ((first, "open", 1), (last, "close", -1)):
        token.type, token.content = f"{kind}_{end}", ""
        token.tag, token.nesting = ("a" if kind == "link" else format_name), nesting


def read_image(token: Token, attributes: dict[str, str]) -> None:
    """Turn an image into one of Markdown, which becomes a link to it."""
    url = attributes.get("src", "").strip()
    if url and is_allowed_url(url):
        text = Token("text", "", 0, content=attributes.get("alt", ""))
        token.type, token.children = "image", [text]
        token.attrs = {"src": url, "title": attributes.get("title", "")}
