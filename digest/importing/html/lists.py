"""Lists of an HTML document, also those that are lists only to the eye."""

import re
from dataclasses import dataclass, field

from digest.importing.html.inline import MAX_STYLE_LENGTH

MAX_DEPTH = 5
TAGS_LIST = re.compile(r"(?:^|[\s_-])(?:tags?|topics)(?:$|[\s_-])", re.IGNORECASE)
# Word writes the items of a list as paragraphs, with the bullet as text and its depth in a style.
WORD_ITEM = re.compile(r"MsoListParagraph")
WORD_DEPTH = re.compile(r"mso-list:\s*\S+\s+level(\d)")
NUMBER = re.compile(r"\(?\w{1,4}[.)]")


@dataclass
class ListItem:
    """One item: how deep in lists of lists it stands, the tag of its list, its HTML."""

    depth: int
    tag: str
    html: str = ""


@dataclass
class Lists:
    """The lists that are open, and the items of the outermost."""

    open: list[str] = field(default_factory=list)
    items: list[ListItem] = field(default_factory=list)
    of_tags: bool = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """A list begins."""
        if not self.open:
            named = attributes.get("class", ""), attributes.get("aria-label", "")
            self.of_tags = any(map(TAGS_LIST.search, named))
        self.open.append(tag)

    def end(self) -> bool:
        """A list ends; whether it was the outermost."""
        return bool(self.open) and not (self.open.pop() and self.open)

    def start_item(self) -> None:
        """An item begins; without a list around it, it makes one."""
        tag = self.open[-1] if self.open else "ul"
        self.items.append(ListItem(min(max(len(self.open), 1), MAX_DEPTH), tag))

    def start_word_item(self, style: str) -> None:
        """A paragraph that is an item to the eye."""
        depth = WORD_DEPTH.search(style[:MAX_STYLE_LENGTH])
        self.items.append(ListItem(min(int(depth[1]) if depth else 1, MAX_DEPTH), "ul"))

    def mark(self, marker: str) -> None:
        """Word's own bullet or number of the last item."""
        if self.items and NUMBER.fullmatch(marker.strip()) and marker.strip() != "o":
            self.items[-1].tag = "ol"

    def add(self, html: str) -> None:
        """A paragraph of the last item."""
        if not self.items:
            self.start_item()
        item = self.items[-1]
        item.html = f"{item.html}<br/>{html}" if item.html else html

    def take(self) -> list[ListItem]:
        """The items that have text; the next list begins."""
        items, self.items, self.open = self.items, [], []
        return [item for item in items if item.html]


def list_html(items: list[ListItem]) -> str:
    """What stands in the outermost list: items, and in them lists of lists."""
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
