"""Take the text out of Markdown that a browser would not show: that in hidden HTML elements.

An element may span several blocks. Which elements are hidden, and where they end, is that of HTML
documents; each block of Markdown counts as a ``<p>``. Code keeps its tags.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from digest.importing.html.elements import OpenElement, OpenElements
from digest.importing.html.hidden import reason_to_remove
from digest.importing.html.left_out import skip_reason
from digest.importing.html.styles import StyleSheet
from digest.importing.html.tags import VOID
from digest.importing.html.tokens import HtmlToken, parse_markup
from digest.importing.parts import Part, Role
from digest.importing.readers.comments import CODE_SPAN, parts_of, segments, without

TAG_START = re.compile(r"<[a-zA-Z]")
# In this order: escapes, code, and tags.
TOKEN = re.compile(
    rf"\\[\\`<]|{CODE_SPAN}"
    r"|(?P<tag></?[a-zA-Z][\w-]*(?=[\s/>])(?:\"[^\"<]*\"|'[^'<]*'|[^<>])*+>)",
    re.DOTALL,
)
NO_SHEET = StyleSheet()


def take_hidden(text: str) -> tuple[str, list[Part]]:
    """Return the text without hidden elements but with all of its lines, and the elements."""
    spans = list(hidden_spans(text)) if TAG_START.search(text) else []
    return without(text, spans), list(parts_of(text, spans, Role.LEFT_OUT))


def hidden_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of what is hidden, with the tags that hide it."""
    state, start = HiddenState(), 0
    for first, last, token in tags_of(text):
        was_hidden, is_start = state.is_hidden, token.kind == "start"
        if is_start and token.name in VOID:
            if not was_hidden and is_removed(token):
                yield first, last
            continue
        state.follow(token)
        if state.is_hidden and not was_hidden:
            start = first if is_start else last
        elif was_hidden and not state.is_hidden:
            yield start, first if is_start else last
    if state.is_hidden:
        yield start, len(text)


def tags_of(text: str) -> Iterator[tuple[int, int, HtmlToken]]:
    """Yield start and end of each tag outside of code; blocks of text are paragraphs."""
    for segment in segments(text):
        if segment.is_code:
            continue
        yield segment.start, segment.start, HtmlToken("start", "p")
        for found in TOKEN.finditer(text, segment.start, segment.end):
            if found["tag"]:
                yield *found.span(), parse_markup(found["tag"], 0)[0]
        yield segment.end, segment.end, HtmlToken("end", "p")


def is_removed(token: HtmlToken) -> bool:
    """Return whether an element is hidden with all its content."""
    styles = NO_SHEET.styles(OpenElement(token.name, token.attributes))
    return bool(
        reason_to_remove(token.name, styles, token.attributes)
        or skip_reason(token.name, in_region=True) == "hidden"
    )


@dataclass
class HiddenState:
    """Track whether text is hidden after the tags so far."""

    elements: OpenElements = field(default_factory=OpenElements)
    removed_at: int | None = None

    @property
    def is_hidden(self) -> bool:
        return self.removed_at is not None or self.elements.text.hidden

    def follow(self, token: HtmlToken) -> None:
        """Open or close an element."""
        if token.kind == "end":
            self.elements.end(token.name)
        else:
            self.elements.end_before(token.name)
        depth = len(self.elements.stack)
        if self.removed_at is not None and depth <= self.removed_at:
            self.removed_at = None
        if token.kind == "start":
            self._open(token, depth)

    def _open(self, token: HtmlToken, depth: int) -> None:
        if self.removed_at is None and is_removed(token):
            self.removed_at = depth
        element = OpenElement(token.name, token.attributes)
        text = self.elements.text.within(NO_SHEET.styles(element))
        self.elements.start(replace(element, text=text))
