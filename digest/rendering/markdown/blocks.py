"""Convert blocks of public HTML to Markdown: paragraphs, headings, lists, quotes, code."""

import re
from collections.abc import Iterable, Iterator
from itertools import count, groupby

from bs4 import BeautifulSoup, NavigableString, PageElement, Tag

from digest.rendering.markdown.inline import (
    BREAK,
    DELIMITERS,
    InlineToken,
    escape,
    link_destination,
    render_line,
    render_plain_line,
)

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
BLOCKS = ["p", "ul", "ol", "li", "blockquote", "pre", "hr", *HEADINGS]
MARKS = {
    **dict.fromkeys(("b", "strong"), "strong"),
    **dict.fromkeys(("i", "em"), "em"),
    **dict.fromkeys(("s", "del", "strike"), "s"),
}
# Markdown parsers limit nesting (markdown-it to 20); deeper content is written as text.
MAX_DEPTH = 14
# Control characters and noncharacters.
NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
INDENT = re.compile("^\xa0+", re.MULTILINE)
CODE_SPACES = re.compile("\xa0{2,}")  # the editor would collapse common ones
LINE_BREAK = "\0"  # removed from texts by ``parse_html``
LIST = re.compile(r"[-*] |1[.)] ")


def parse_html(html: str) -> BeautifulSoup:
    """Parse HTML without control characters."""
    return BeautifulSoup(NOT_TEXT.sub("", html), "html.parser")


def is_block(node: PageElement) -> bool:
    """Return whether a node is or contains a block."""
    return isinstance(node, Tag) and (node.name in BLOCKS or node.find(BLOCKS) is not None)


def text_with_breaks(node: Tag) -> str:
    """Return the text of an element, with ``LINE_BREAK`` for each ``<br>``."""
    strings = (part for part in node.descendants if type(part) is NavigableString or part.name)
    return "".join(LINE_BREAK * (part.name == "br") if part.name else part for part in strings)


def fenced_code(text: str) -> str:
    """Return a code block with a fence longer than any run of backticks in it."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    text = text.strip("\n")
    return f"{fence}\n{text}\n{fence}" if text.strip() else ""


def prefix_lines(text: str, first: str, others: str) -> str:
    """Prefix the first line and the others, without trailing spaces on empty lines."""
    lines = text.split("\n")
    rest = [others + line if line else others.rstrip() for line in lines[1:]]
    return "\n".join([first + lines[0], *rest])


class MarkdownWriter:
    """Writes CommonMark with strikethrough; ``top_heading`` is the highest heading level."""

    def __init__(self, top_heading: int = 2) -> None:
        self.top_heading = top_heading
        self.pairs = count(1)

    def blocks(self, node: Tag, depth: int = 0) -> list[str]:
        """Return the Markdown of each block in an element; loose text is a paragraph."""
        written: list[str] = []
        run: list[PageElement] = []
        same_before: list[str] = []  # directly preceding blocks of the same type
        for child in node.children:
            if depth >= MAX_DEPTH or not is_block(child):
                run.append(child)
                continue
            paragraph, run = self.paragraph(run), []
            same_before = [name for name in same_before if name == child.name and not paragraph]
            written += [paragraph, *self.block(child, depth, len(same_before))]
            same_before.append(child.name)
        return [text for text in (*written, self.paragraph(run)) if text]

    def block(self, node: Tag, depth: int, before: int) -> list[str]:
        """Return a block as Markdown, or the blocks of a mere container."""
        if node.name in ("ul", "ol"):
            return [self.listing(node, depth, before)]
        if node.name == "blockquote":
            return [self.quote("\n\n".join(self.blocks(node, depth + 1)))]
        if node.name == "hr":
            return [self.thematic_break()]
        if node.find(BLOCKS) or node.name == "li":
            return self.blocks(node, depth + 1)
        if node.name == "pre":
            return [self.code(text_with_breaks(node).replace(LINE_BREAK, "\n"))]
        if node.name in HEADINGS:
            return [self.heading(node.children, max(int(node.name[1]), self.top_heading))]
        return [self.paragraph(node.children)]

    def listing(self, node: Tag, depth: int, before: int) -> str:
        """Return a list; adjacent lists alternate bullets, or they would merge."""
        items: list[list[str]] = []
        for are_blocks, children in groupby(node.children, is_block):
            if not are_blocks:
                items.append([self.paragraph(children)])
                continue
            for child in children:
                if child.name in ("ul", "ol") and items:
                    items[-1] += self.block(child, depth + 2, 0)
                else:
                    items.append(self.item_blocks(child, depth + 2))
        kept = [blocks for item in items if (blocks := [block for block in item if block])]
        bullet, stop = ("*", ")") if before % 2 else ("-", ".")
        return "\n".join(
            self.item(blocks, f"{number}{stop} " if node.name == "ol" else f"{bullet} ")
            for number, blocks in enumerate(kept, 1)
        )

    def item_blocks(self, child: Tag, depth: int) -> list[str]:
        """Return the blocks of an item, or of any other child of a list."""
        return self.blocks(child, depth) if child.name == "li" else self.block(child, depth, 0)

    def item(self, blocks: list[str], marker: str) -> str:
        """Return a list item, with a nested list directly below its text."""
        text = blocks[0]
        for block in blocks[1:]:
            text += f"\n{block}" if LIST.match(block) and not LIST.match(text) else f"\n\n{block}"
        return prefix_lines(text, marker, " " * len(marker))

    def paragraph(self, nodes: Iterable[PageElement]) -> str:
        """Return a paragraph; one with only multi-line inline code becomes a code block."""
        nodes = list(nodes)
        seen = [node for node in nodes if isinstance(node, Tag) or node.strip()]
        if len(seen) == 1 and seen[0].name == "code" and seen[0].br:
            lines = "\n".join(self.code_lines(seen[0]))
            return self.code(INDENT.sub(lambda found: " " * len(found[0]), lines))
        return self.inline(self.tokens(nodes))

    def quote(self, text: str) -> str:
        return prefix_lines(text, "> ", "> ") if text else ""

    def thematic_break(self) -> str:
        return "___"

    def code(self, text: str) -> str:
        return fenced_code(text)

    def heading(self, nodes: Iterable[PageElement], level: int) -> str:
        text = render_line(self.tokens(nodes), heading=True)
        return f"{'#' * level} {text}" if text else ""

    def inline(self, tokens: Iterable[InlineToken]) -> str:
        return render_line(tokens)

    def tokens(
        self, nodes: Iterable[PageElement], within: frozenset = frozenset(), depth: int = 0
    ) -> Iterator[InlineToken]:
        """Yield tokens of inline nodes; ``within`` names the open marks and links."""
        for node in nodes:
            if type(node) is NavigableString:  # not a subclass: comment, script, style
                yield InlineToken("text", str(node))
            elif isinstance(node, Tag):
                yield from self.token(node, within, depth)

    def token(self, node: Tag, within: frozenset, depth: int) -> Iterator[InlineToken]:
        """Yield the tokens of an inline element."""
        mark = MARKS.get(node.name)
        if depth > MAX_DEPTH * 2:
            yield InlineToken("text", f" {node.get_text(' ')} ")
        elif node.name == "br":
            yield BREAK
        elif node.name == "img":
            yield from self.image(str(node.get("src", "")), str(node.get("alt", "")))
        elif node.name == "code":
            yield from self.code_spans(node)
        elif node.name == "a" and "link" not in within:
            inner = self.tokens(node.children, within | {"link"}, depth + 1)
            yield from self.link(list(inner), str(node.get("href", "")))
        elif mark and mark not in within:
            yield from self.marked(node, mark, within, depth)
        else:
            around = [InlineToken("text", " ")] if node.name in BLOCKS else []
            yield from (*around, *self.tokens(node.children, within, depth + 1), *around)

    def marked(self, node: Tag, mark: str, within: frozenset, depth: int) -> Iterator[InlineToken]:
        """Yield the content of an element between emphasis delimiters."""
        pair, delimiter = next(self.pairs), DELIMITERS[mark][0]
        yield InlineToken("open", delimiter, pair, mark)
        yield from self.tokens(node.children, within | {mark}, depth + 1)
        yield InlineToken("close", delimiter, pair, mark)

    def link(self, inner: list[InlineToken], href: str) -> Iterator[InlineToken]:
        """Yield a link, or only its content if it has no usable URL or no text."""
        seen = any(not token.pair and token.text.strip(" \n\\") for token in inner)
        target = link_destination(href) if seen else ""
        yield from [InlineToken("source", "[")] if target else []
        yield from inner
        yield from [InlineToken("source", f"]({target})")] if target else []

    def image(self, src: str, alt: str) -> Iterator[InlineToken]:
        """Yield an image, or only its alt text if it has no usable URL."""
        target = link_destination(src)
        words = " ".join(alt.split())
        yield (
            InlineToken("source", f"![{escape(words)}]({target})")
            if target
            else InlineToken("text", words)
        )

    def code_spans(self, node: Tag) -> Iterator[InlineToken]:
        """Yield a code span for each line of inline code."""
        for number, text in enumerate(self.code_lines(node)):
            yield from [BREAK] if number else []
            yield InlineToken("code", text) if text.strip() else InlineToken("text", text)

    def code_lines(self, node: Tag) -> list[str]:
        """Return the lines of inline code, which are separated by ``<br>``."""
        text = re.sub(r"[\r\n]+", " ", text_with_breaks(node))
        return CODE_SPACES.sub(lambda found: " " * len(found[0]), text).split(LINE_BREAK)


class TextWriter(MarkdownWriter):
    """Writes plain text: the same blocks without markup and URLs."""

    def quote(self, text: str) -> str:
        return text

    def thematic_break(self) -> str:
        return ""

    def code(self, text: str) -> str:
        return text.strip("\n")

    def heading(self, nodes: Iterable[PageElement], level: int) -> str:
        return self.inline(self.tokens(nodes))

    def inline(self, tokens: Iterable[InlineToken]) -> str:
        return render_plain_line(tokens)

    def image(self, src: str, alt: str) -> Iterator[InlineToken]:
        yield InlineToken("text", " ".join(alt.split()))
