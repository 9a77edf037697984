"""Find footnotes and comments by the links that lead from a text to a note, and back.

Google Docs, Word, Substack, WordPress and converters of Markdown mark them with other names, but
all link both ways. A comment repeats a mark of letters, such as "[a]" or "[AB1]".
"""

import re
from bisect import bisect, bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from digest.importing.html.elements import OpenElement, OpenElements
from digest.importing.html.tags import BLOCKS, TABLE
from digest.importing.html.tokens import HtmlToken

MAX_MARK = 12
MARK = re.compile(r"\W{0,2}\w{1,4}\W{0,2}|[*†‡§¶]{1,4}")
COMMENT_MARK = re.compile(r"\[[^\W\d_]{1,4}\d{0,3}(?:R\d+)?\]")
# They may contain more than a note.
NOT_A_NOTE = {"body", "html", "main", "article", "header", "form", *TABLE}


@dataclass
class Node:
    """An element of the page: its tokens from ``start`` to before ``end``, ``text`` before it."""

    tag: str
    attributes: dict[str, str]
    start: int
    text: int
    end: int = -1
    around: list["Node"] = field(default_factory=list)
    content: str = ""

    @property
    def names(self) -> list[str]:
        return [self.attributes[key] for key in ("id", "name") if self.attributes.get(key)]

    @property
    def target(self) -> str:
        """Return the name to which a link within the page leads."""
        return self.attributes.get("href", "").rpartition("#")[2] if self.tag == "a" else ""


@dataclass(frozen=True)
class Span:
    """Tokens that are no running text: a mark, or a note with the links that lead back."""

    end: int
    is_note: bool
    is_comment: bool
    mark: str
    back: tuple[Node, ...] = ()


def find_footnotes(tokens: list[HtmlToken]) -> dict[int, Span]:
    """Return the marks and notes of footnotes and comments, by the number of their first token."""
    if not any("#" in token.attributes.get("href", "") for token in tokens):
        return {}
    nodes = list(nodes_of(tokens))
    named = {name: node for node in reversed(nodes) for name in node.names}
    links = [node for node in nodes if node.target in named]
    backs: dict[int, list[Node]] = defaultdict(list)
    marks = {}
    for back in links:
        if mark := mark_of(back, links, named):
            note = named[mark.target]
            backs[note.start].append(back)
            marks[note.start] = note, mark
    return dict(spans_of(marks, backs, [link for link in links if is_mark(link)], named))


def nodes_of(tokens: list[HtmlToken]) -> Iterator[Node]:
    """Yield the elements that have a name or lead to one, with those around them."""
    elements, open_nodes, text = OpenElements(), [], 0
    for index, token in enumerate(tokens):
        if token.kind == "text":
            text += len(token.name.strip())
            if open_nodes and len(open_nodes[-1].content) < MAX_MARK:
                open_nodes[-1].content += token.name
        elif token.kind == "start":
            elements.end_before(token.name)
            close_nodes(open_nodes, len(elements.stack), index)
            elements.start(OpenElement(token.name, token.attributes))
            if len(elements.stack) > len(open_nodes):
                node = Node(token.name, token.attributes, index, text)
                open_nodes.append(node)
                if node.names or node.target:
                    node.around = [each for each in open_nodes[-20:-1] if each.text == text]
                    yield node
        elif token.kind == "end":
            elements.end(token.name)
            close_nodes(open_nodes, len(elements.stack), index + 1)
    close_nodes(open_nodes, 0, len(tokens))


def close_nodes(open_nodes: list[Node], count: int, index: int) -> None:
    """Close nodes until so many are open; inline text belongs to the link around it, too."""
    while len(open_nodes) > count:
        node = open_nodes.pop()
        node.end = index
        if open_nodes and node.tag not in BLOCKS:
            open_nodes[-1].content = (open_nodes[-1].content + node.content)[: 2 * MAX_MARK]


def is_mark(link: Node) -> bool:
    return bool(MARK.fullmatch(link.content.strip()))


def mark_of(back: Node, links: list[Node], named: dict[str, Node]) -> Node | None:
    """Return the mark in the text to which a link of a note leads back."""
    origin = named[back.target]
    if not origin.target:  # the name may be that of an element around the mark
        first = bisect(links, origin.start, key=lambda link: link.start)
        origin = next((link for link in links[first : first + 1] if link.end <= origin.end), origin)
    note = named.get(origin.target)
    if note is None or not is_mark(origin):
        return None
    return origin if origin.start < note.start <= back.start else None


def spans_of(
    marks: dict[int, tuple[Node, Node]],
    backs: dict[int, list[Node]],
    links: list[Node],
    named: dict[str, Node],
) -> Iterator[tuple[int, Span]]:
    """Yield notes that link to a mark, and all marks that link to one of them."""
    taken = sorted([*marks, *(mark.start for _, mark in marks.values())])
    noted = {}
    for start, (note, mark) in marks.items():
        back = backs[start]
        around = note_around(note, taken)
        if around is None or not any(each.start < around.end for each in back):
            continue
        text = mark.content.strip()
        is_comment = bool(COMMENT_MARK.fullmatch(text)) and back[0].content.strip() == text
        noted[start] = is_comment
        yield around.start, Span(around.end, True, is_comment, text, tuple(back))
    for link in links:
        note = named[link.target]
        if note.start in noted and link.start < note.start:
            yield link.start, Span(link.end, False, noted[note.start], link.content.strip())


def note_around(note: Node, taken: list[int]) -> Node | None:
    """Return the block that a note fills: the smallest one, though rather more than a paragraph."""
    blocks = [
        node
        for node in (note, *reversed(note.around))
        if node.tag in BLOCKS
        and node.tag not in NOT_A_NOTE
        and bisect_left(taken, node.end) - bisect_left(taken, node.start) <= 1
    ]
    return next((node for node in blocks if node.tag != "p"), blocks[0] if blocks else None)
