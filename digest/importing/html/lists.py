"""Collect lists of an HTML document, including those Word writes as paragraphs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from digest.importing.html.styles import Styles
from digest.importing.html.tags import LISTS

MAX_DEPTH = 5
TAGS_LIST = re.compile(r"(?:^|[\s_-])(?:tags?|topics)(?:$|[\s_-])", re.IGNORECASE)
# Google Docs writes nested lists one after another, with name and level in a class.
LIST_PIECE = re.compile(r"(?:^|\s)lst-(\S+)-(\d+)(?=\s|$)")
# Word writes list items as paragraphs, with the bullet as text and the depth in a style.
WORD_ITEM = re.compile(r"MsoListParagraph")
WORD_DEPTH = re.compile(r"\blevel(\d)")
NUMBER = re.compile(r"\(?\w{1,4}[.)]")


@dataclass
class ListItem:
    """A list item; ``depth`` is its level of nesting, ``tag`` that of its list.

    ``written`` is the paragraph of an item whose marker was typed.
    """

    depth: int
    tag: str
    html: str = ""
    written: str = ""


@dataclass
class ListBuilder:
    """Collects the open lists and the items of the outermost.

    ``name`` and ``level`` are those of a list that is a piece of one.
    """

    open: list[str] = field(default_factory=list)
    items: list[ListItem] = field(default_factory=list)
    is_tag_list: bool = False
    name: str = ""
    level: int = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if not self.open:
            named = attributes.get("class", ""), attributes.get("aria-label", "")
            self.is_tag_list = any(map(TAGS_LIST.search, named))
            self.name, self.level = piece_of(attributes)
        self.open.append(tag)

    def end(self) -> bool:
        """Close a list; return whether it was the outermost, and no piece of another."""
        return bool(self.open) and not (self.open.pop() and self.open) and not self.name

    def ends_before(self, tag: str, attributes: dict[str, str]) -> bool:
        """Return whether all pieces of a list are read, because another element follows."""
        waits = bool(self.name and not self.open)
        return waits and not (tag in LISTS and piece_of(attributes)[0] == self.name)

    def start_item(self) -> None:
        """Start an item; outside of a list it starts a list."""
        tag = self.open[-1] if self.open else "ul"
        self.items.append(ListItem(min(max(len(self.open), 1) + self.level, MAX_DEPTH), tag))

    def start_word_item(self, styles: Styles) -> None:
        """Start an item from a list paragraph of Word."""
        depth = WORD_DEPTH.search(styles.get("mso-list", ""))
        self.items.append(ListItem(min(int(depth[1]) if depth else 1, MAX_DEPTH), "ul"))

    def set_marker(self, marker: str) -> None:
        """Make the list of the last item ordered if Word marked it with a number."""
        if self.items and NUMBER.fullmatch(marker.strip()) and marker.strip() != "o":
            self.items[-1].tag = "ol"

    def add(self, html: str) -> None:
        """Add a paragraph to the last item."""
        if not self.items:
            self.start_item()
        item = self.items[-1]
        item.html = f"{item.html}<br/>{html}" if item.html else html

    def add_typed(self, tag: str, html: str, written: str) -> None:
        """Add an item whose marker was typed."""
        self.items.append(ListItem(1, tag, html, written))

    def take(self) -> list[ListItem]:
        """Return the items that have text, and start the next list."""
        items, self.items, self.open = self.items, [], []
        self.name, self.level = "", 0
        return [item for item in items if item.html]


def piece_of(attributes: dict[str, str]) -> tuple[str, int]:
    """Return name and level of the list that a list is a piece of; no name for a whole list."""
    found = LIST_PIECE.search(attributes.get("class", ""))
    return (found[1], int(found[2][:3])) if found else ("", 0)


def levels(items: list[ListItem]) -> Iterator[int]:
    """Yield how many items each item is nested in."""
    around: list[int] = []
    for item in items:
        while around and around[-1] >= item.depth:
            around.pop()
        yield len(around)
        around.append(item.depth)


def nested_list_html(items: list[ListItem]) -> str:
    """Render the content of the outermost list, with nested lists inside its items."""
    html, inner = f"<li>{items[0].html}", []
    for item, depth in list(zip(items, levels(items), strict=True))[1:]:
        while len(inner) > depth:
            html += f"</li></{inner.pop()}>"
        if len(inner) == depth:
            html += "</li>"
        else:
            inner.append(item.tag)
            html += f"<{item.tag}>"
        html += f"<li>{item.html}"
    return html + "".join(f"</li></{tag}>" for tag in reversed(inner)) + "</li>"
