"""Collect lists of an HTML document, including those Word writes as paragraphs."""

import re
from dataclasses import dataclass, field

from digest.importing.html.styles import Styles

MAX_DEPTH = 5
TAGS_LIST = re.compile(r"(?:^|[\s_-])(?:tags?|topics)(?:$|[\s_-])", re.IGNORECASE)
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
    """Collects the open lists and the items of the outermost."""

    open: list[str] = field(default_factory=list)
    items: list[ListItem] = field(default_factory=list)
    is_tag_list: bool = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if not self.open:
            named = attributes.get("class", ""), attributes.get("aria-label", "")
            self.is_tag_list = any(map(TAGS_LIST.search, named))
        self.open.append(tag)

    def end(self) -> bool:
        """Close a list; return whether it was the outermost."""
        return bool(self.open) and not (self.open.pop() and self.open)

    def start_item(self) -> None:
        """Start an item; outside of a list it starts a list."""
        tag = self.open[-1] if self.open else "ul"
        self.items.append(ListItem(min(max(len(self.open), 1), MAX_DEPTH), tag))

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
        return [item for item in items if item.html]


def nested_list_html(items: list[ListItem]) -> str:
    """Render the content of the outermost list, with nested lists inside its items."""
    html, inner = f"<li>{items[0].html}", []
    for item in items[1:]:
        depth = min(item.depth - 1, len(inner) + 1)
        while len(inner) > depth:
            html += f"</li></{inner.pop()}>"
        if len(inner) == depth:
            html += "</li>"
        else:
            inner.append(item.tag)
            html += f"<{item.tag}>"
        html += f"<li>{item.html}"
    return html + "".join(f"</li></{tag}>" for tag in reversed(inner)) + "</li>"
