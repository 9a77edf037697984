"""HTML as the public may see it as Markdown: paragraphs, headings, lists, quotes, code."""

import re
from collections.abc import Iterable, Iterator
from itertools import count, groupby

from bs4 import BeautifulSoup, NavigableString, PageElement, Tag

from digest.rendering.markdown.inline import (
    BREAK,
    DELIMITERS,
    Token,
    address,
    escape,
    line,
    plain_line,
)

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
BLOCKS = ["p", "ul", "ol", "li", "blockquote", "pre", "hr", *HEADINGS]
MARKS = {"b": "strong", "strong": "strong", "i": "em", "em": "em"}
# Readers of Markdown give up at some depth (markdown-it at 20); below this there is text alone.
MAX_DEPTH = 14
# What no reader sees, and a document of text should not hold.
NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
INDENT = re.compile("^\xa0+", re.MULTILINE)
LINE_BREAK = "\0"  # which ``parse`` leaves in no text
LIST = re.compile(r"[-*] |1[.)] ")


def parse(html: str) -> BeautifulSoup:
    """The tree of an HTML text."""
    return BeautifulSoup(NOT_TEXT.sub("", html), "html.parser")


def is_block(node: PageElement) -> bool:
    """Whether a node is a block, or has one in it."""
    return isinstance(node, Tag) and (node.name in BLOCKS or node.find(BLOCKS) is not None)


def with_breaks(node: Tag) -> str:
    """The text of an element, with ``LINE_BREAK`` for each ``<br>``."""
    strings = (part for part in node.descendants if type(part) is NavigableString or part.name)
    return "".join(LINE_BREAK * (part.name == "br") if part.name else part for part in strings)


def fenced(text: str) -> str:
    """Lines of code, between more backticks than there are in them."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    text = text.strip("\n")
    return f"{fence}\n{text}\n{fence}" if text.strip() else ""


def prefixed(text: str, first: str, others: str) -> str:
    """Lines with something before each of them, and no space at the end of an empty one."""
    lines = text.split("\n")
    rest = [others + line if line else others.rstrip() for line in lines[1:]]
    return "\n".join([first + lines[0], *rest])


class MarkdownWriter:
    """Writes CommonMark. ``top_heading`` is the highest level that a heading may have."""

    def __init__(self, top_heading: int = 2) -> None:
        self.top_heading = top_heading
        self.pairs = count(1)

    def blocks(self, node: Tag, depth: int = 0) -> list[str]:
        """The blocks in an element, each as Markdown; text between them is a paragraph."""
        written: list[str] = []
        run: list[PageElement] = []
        alike: list[str] = []  # what came right before, while it is the same
        for child in node.children:
            if depth >= MAX_DEPTH or not is_block(child):
                run.append(child)
                continue
            paragraph, run = self.paragraph(run), []
            alike = [name for name in alike if name == child.name and not paragraph]
            written += [paragraph, *self.block(child, depth, len(alike))]
            alike.append(child.name)
        return [text for text in (*written, self.paragraph(run)) if text]

    def block(self, node: Tag, depth: int, before: int) -> list[str]:
        """A block as Markdown; what is only around other blocks is those."""
        if node.name in ("ul", "ol"):
            return [self.listing(node, depth, before)]
        if node.name == "blockquote":
            return [self.quote("\n\n".join(self.blocks(node, depth + 1)))]
        if node.name == "hr":
            return [self.rule()]
        if node.find(BLOCKS) or node.name == "li":
            return self.blocks(node, depth + 1)
        if node.name == "pre":
            return [self.code(with_breaks(node).replace(LINE_BREAK, "\n"))]
        if node.name in HEADINGS:
            return [self.heading(node.children, max(int(node.name[1]), self.top_heading))]
        return [self.paragraph(node.children)]

    def listing(self, node: Tag, depth: int, before: int) -> str:
        """A list; one right after another has other bullets, or it would go on with that one."""
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
        """The blocks of an item, or those of what stands in its place."""
        return self.blocks(child, depth) if child.name == "li" else self.block(child, depth, 0)

    def item(self, blocks: list[str], marker: str) -> str:
        """An item of a list, with a list in it right below its text."""
        text = blocks[0]
        for block in blocks[1:]:
            text += f"\n{block}" if LIST.match(block) and not LIST.match(text) else f"\n\n{block}"
        return prefixed(text, marker, " " * len(marker))

    def paragraph(self, nodes: Iterable[PageElement]) -> str:
        """A paragraph; lines of inline code and nothing else are a block of code."""
        nodes = list(nodes)
        seen = [node for node in nodes if isinstance(node, Tag) or node.strip()]
        if len(seen) == 1 and seen[0].name == "code" and seen[0].br:
            lines = "\n".join(self.code_lines(seen[0]))
            return self.code(INDENT.sub(lambda found: " " * len(found[0]), lines))
        return self.inline(self.tokens(nodes))

    def quote(self, text: str) -> str:
        """A quotation."""
        return prefixed(text, "> ", "> ") if text else ""

    def rule(self) -> str:
        """A line across."""
        return "___"

    def code(self, text: str) -> str:
        """Lines of code."""
        return fenced(text)

    def heading(self, nodes: Iterable[PageElement], level: int) -> str:
        """A heading."""
        text = line(self.tokens(nodes), heading=True)
        return f"{'#' * level} {text}" if text else ""

    def inline(self, tokens: Iterable[Token]) -> str:
        """A line, or several with breaks between them."""
        return line(tokens)

    def tokens(
        self, nodes: Iterable[PageElement], within: frozenset = frozenset(), depth: int = 0
    ) -> Iterator[Token]:
        """The tokens of inline elements; ``within`` has the marks and links that are open."""
        for node in nodes:
            if type(node) is NavigableString:  # and not a comment, a script, a style
                yield Token("text", str(node))
            elif isinstance(node, Tag):
                yield from self.token(node, within, depth)

    def token(self, node: Tag, within: frozenset, depth: int) -> Iterator[Token]:
        """The tokens of one inline element."""
        mark = MARKS.get(node.name)
        if depth > MAX_DEPTH * 2:
            yield Token("text", f" {node.get_text(' ')} ")
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
            around = [Token("text", " ")] if node.name in BLOCKS else []
            yield from (*around, *self.tokens(node.children, within, depth + 1), *around)

    def marked(self, node: Tag, mark: str, within: frozenset, depth: int) -> Iterator[Token]:
        """Emphasis around what is in an element."""
        pair, delimiter = next(self.pairs), DELIMITERS[mark][0]
        yield Token("open", delimiter, pair, mark)
        yield from self.tokens(node.children, within | {mark}, depth + 1)
        yield Token("close", delimiter, pair, mark)

    def link(self, inner: list[Token], href: str) -> Iterator[Token]:
        """A link; its text alone where the address leads nowhere, nothing where it has no text."""
        seen = any(not token.pair and token.text.strip(" \n\\") for token in inner)
        target = address(href) if seen else ""
        yield from [Token("source", "[")] if target else []
        yield from inner
        yield from [Token("source", f"]({target})")] if target else []

    def image(self, src: str, alt: str) -> Iterator[Token]:
        """A picture; its words alone where the address leads nowhere."""
        target = address(src)
        words = " ".join(alt.split())
        yield Token("source", f"![{escape(words)}]({target})") if target else Token("text", words)

    def code_spans(self, node: Tag) -> Iterator[Token]:
        """Inline code, one for each line."""
        for number, text in enumerate(self.code_lines(node)):
            yield from [BREAK] if number else []
            yield Token("code", text) if text.strip() else Token("text", text)

    def code_lines(self, node: Tag) -> list[str]:
        """The lines of inline code, which are set with ``<br>``."""
        return re.sub(r"[\r\n]+", " ", with_breaks(node)).split(LINE_BREAK)


class TextWriter(MarkdownWriter):
    """Writes plain text: the same blocks without marks, and without addresses."""

    def quote(self, text: str) -> str:
        """What is quoted."""
        return text

    def rule(self) -> str:
        """Nothing."""
        return ""

    def code(self, text: str) -> str:
        """The code."""
        return text.strip("\n")

    def heading(self, nodes: Iterable[PageElement], level: int) -> str:
        """The words of the heading."""
        return self.inline(self.tokens(nodes))

    def inline(self, tokens: Iterable[Token]) -> str:
        """The words."""
        return plain_line(tokens)

    def image(self, src: str, alt: str) -> Iterator[Token]:
        """What the picture shows, in words."""
        yield Token("text", " ".join(alt.split()))
