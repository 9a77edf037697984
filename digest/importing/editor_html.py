"""Rewrite lists and quotations as the rich text editor can hold them.

The editor stores a flat sequence of blocks with a depth. Text after a nested list, several
paragraphs in an item, or a list in a quotation are not possible there: opened and saved, words
would be joined and reordered. And a numbered list starts again after bullets within it. Such
content becomes lines of the item or quotation.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_DEPTH = 5
BLOCK_TAG = re.compile(r'(</?(?:p|h3|blockquote|ul|ol|li)(?: start="\d+")?>)')
NAME = re.compile(r"\w+")
START = re.compile(r"\d+(?=\"?>$)")
LISTS = ("ul", "ol")
# Lists that the editor would join: numbered ones, and a list with the one nested at its end.
MERGED_LISTS = re.compile(
    r"</ol>(?=<ol>)|</[uo]l></li></(?:ul>(?=<ol>)|ol>(?=<ul>))",
)
FIRST_BREAKS, LAST_BREAKS = re.compile(r"(?:\s|<br/>)*"), re.compile(r"(?:\s|>/rb<)*")
NEEDS_REWRITE = re.compile(r"<(?:li|blockquote)>")


@dataclass(eq=False)
class Element:
    """A block element; strings among its children are inline HTML."""

    tag: str = ""
    start: int = 1
    children: list["Element | str"] = field(default_factory=list)

    @property
    def items(self) -> list["Element"]:
        return [child for child in self.children if isinstance(child, Element)]

    @property
    def nested_list(self) -> "Element | None":
        """Return the list at the end of an item, if it has one."""
        last = next((c for c in reversed(self.children) if isinstance(c, Element) or c.strip()), "")
        return last if isinstance(last, Element) and last.tag in LISTS else None


def editor_html(html: str, tags: set[str]) -> str:
    """Return balanced HTML as the editor stores it; blocks not in ``tags`` become paragraphs."""
    if not NEEDS_REWRITE.search(html) and "h3" in tags:
        return html
    return MERGED_LISTS.sub(r"\g<0><p></p>", "".join(root_html(parse_blocks(html), tags)))


def parse_blocks(html: str) -> Element:
    """Return the tree of the block elements."""
    open_elements = [Element()]
    for piece in filter(None, BLOCK_TAG.split(html)):
        if not BLOCK_TAG.fullmatch(piece):
            open_elements[-1].children.append(piece)
        elif piece.startswith("</"):
            open_elements.pop()
        else:
            start = START.search(piece)
            element = Element(NAME.search(piece)[0], int(start[0]) if start else 1)
            open_elements[-1].children.append(element)
            open_elements.append(element)
    return open_elements[0]


def root_html(root: Element, tags: set[str]) -> Iterator[str]:
    """Yield each block of a text."""
    for block in root.children:
        if isinstance(block, str):
            yield f"<p>{block}</p>" if block.strip() else ""
        elif block.tag in LISTS and block.start == 1:
            yield list_html(block)
        elif block.tag in LISTS:
            yield from (f"<p>{line}</p>" for line in list_lines(block))
        elif block.tag == "blockquote" and all(
            isinstance(child, Element) and child.tag in LISTS for child in block.children
        ):
            yield from root_html(block, tags)
        else:
            tag = block.tag if block.tag in tags else "p"
            yield f"<{tag}>{'<br/>'.join(lines_of(block))}</{tag}>"


def list_html(element: Element, depth: int = 1, *, goes_on: bool = False) -> str:
    """Render a list; ``goes_on``: a numbered list around it has more items."""
    lists = [item.nested_list for item in element.items]
    numbered = element.tag == "ol"
    goes_on = goes_on or (numbered and any(nested and has_bullets(nested) for nested in lists[:-1]))
    html = ""
    for number, (item, nested) in enumerate(zip(element.items, lists, strict=True), 1):
        more = goes_on or (numbered and number < len(lists))
        lines, inner = lines_of(item), ""
        if nested and depth < MAX_DEPTH and nested.start == 1 and not (more and nested.tag == "ul"):
            lines = lines_of(Element(children=item.children[: item.children.index(nested)]))
            inner = list_html(nested, depth + 1, goes_on=more)
        html += f"<li>{'<br/>'.join(lines)}{inner}</li>"
    return f"<{element.tag}>{html}</{element.tag}>"


def has_bullets(element: Element) -> bool:
    """Return whether a list has bullets at any depth."""
    nested = (item.nested_list for item in element.items)
    return element.tag == "ul" or any(inner and has_bullets(inner) for inner in nested)


def lines_of(element: Element) -> list[str]:
    """Return the content of an element as lines of inline HTML."""
    lines, run = [], ""
    for child in [*element.children, Element()]:
        if isinstance(child, str):
            run += child
            continue
        lines.append(without_outer_breaks(run))
        lines += list_lines(child) if child.tag in LISTS else lines_of(child) if child.tag else []
        run = ""
    return [line for line in lines if line]


def without_outer_breaks(html: str) -> str:
    """Remove whitespace and line breaks around a line."""
    end = len(html) - LAST_BREAKS.match(html[::-1]).end()
    return html[FIRST_BREAKS.match(html, 0, end).end() : end]


def list_lines(element: Element) -> Iterator[str]:
    """Yield the lines of a list with its bullets or numbers."""
    for number, item in enumerate(element.items, element.start):
        first, *others = lines_of(item) or [""]
        yield f"{number}. {first}" if element.tag == "ol" else f"• {first}"
        yield from others
