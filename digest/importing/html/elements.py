"""Track which elements are open, including those whose end tags are omitted.

The stack follows the HTML standard as far as it decides where hidden text ends.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from digest.importing.html.hidden import TextStyle
from digest.importing.html.styles import Element
from digest.importing.html.tags import BLOCKS, CELLS, ENDS_PARAGRAPH, VOID

VISIBLE = TextStyle()
MAX_WALK = 256  # how far to look for the element that an end tag closes
SCOPE = CELLS | {"table", "html", "button", "object", "template"}
CONTAINERS = {"td", "div", "section"}
SECTIONS = {"thead", "tbody", "tfoot"}
NOT_BEYOND_TABLE = {"table", "html"}
# Which elements the start of another one ends, up to the nearest of the second set.
ENDED_BY: dict[str, tuple[Collection[str], Collection[str]]] = {
    **dict.fromkeys(ENDS_PARAGRAPH, (("p",), SCOPE)),
    "li": (("p", "li"), SCOPE | {"ul", "ol"}),
    **dict.fromkeys(("dt", "dd"), (("p", "dt", "dd"), SCOPE | {"dl"})),
    **dict.fromkeys(CELLS, (CELLS, NOT_BEYOND_TABLE | {"tr"})),
    "tr": (("tr",), NOT_BEYOND_TABLE),
    **dict.fromkeys(SECTIONS, (SECTIONS, NOT_BEYOND_TABLE)),
}


@dataclass(frozen=True)
class OpenElement(Element):
    """An open element, with the style of the text in it."""

    text: TextStyle = VISIBLE


@dataclass
class OpenElements:
    """The open elements, outermost first."""

    stack: list[OpenElement] = field(default_factory=list)
    groups: list[int] = field(default_factory=lambda: [0])
    count: int = 0
    tags: Counter[str] = field(default_factory=Counter)

    @property
    def text(self) -> TextStyle:
        """Return the style of text in the innermost element."""
        return self.stack[-1].text if self.stack else VISIBLE

    def end_before(self, tag: str) -> None:
        """Close the elements that the start of another one ends."""
        ended, scope = ENDED_BY.get(tag, ((), ()))
        for name in ended:
            self._close(name, scope)

    def start(self, element: OpenElement) -> None:
        if element.tag not in VOID:
            self.stack.append(element)
            self.count += element.tag in CONTAINERS
            self.groups.append(self.count if element.tag in CONTAINERS else self.groups[-1])
            self.tags[element.tag] += 1

    def end(self, tag: str) -> None:
        """Close an element and those within it; an end tag without a start is ignored."""
        if tag in BLOCKS:
            self._close(tag, () if tag in SCOPE or tag in SECTIONS or tag == "tr" else SCOPE)
        else:
            self._close(tag, BLOCKS)

    def _close(self, tag: str, scope: Collection[str]) -> None:
        """Close the innermost element with this tag, if none of the scope is within it."""
        if self.tags[tag] <= 0:
            return
        for index in range(len(self.stack) - 1, max(len(self.stack) - 1 - MAX_WALK, -1), -1):
            if self.stack[index].tag == tag:
                self.tags.subtract(element.tag for element in self.stack[index:])
                del self.stack[index:], self.groups[index + 1 :]
                return
            if self.stack[index].tag in scope:
                return
