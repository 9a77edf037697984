"""Take the text out of Markdown that a browser would not show: that in hidden HTML elements.

An element may span several blocks. Which elements are hidden, also by a style sheet, and where they
end, is that of HTML documents; each block of Markdown counts as a ``<p>``. Code keeps its tags.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from digest.importing.html.elements import OpenElement, OpenElements
from digest.importing.html.hidden import reason_to_remove
from digest.importing.html.left_out import skip_reason
from digest.importing.html.styles import Styles, StyleSheet, style_sheet
from digest.importing.html.tags import VOID
from digest.importing.html.tokens import HtmlToken, parse_markup, tokenize
from digest.importing.parts import Part, Role
from digest.importing.readers.comments import (
    CODE_SPAN,
    is_style_sheet,
    parts_of,
    segments,
    take_comments,
    without,
)

TAG_START = re.compile(r"<[a-zA-Z]")
# In this order: escapes, code, and tags.
TOKEN = re.compile(
    rf"\\[\\`<]|{CODE_SPAN}"
    r"|(?P<tag></?[a-zA-Z][\w-]*(?=[\s/>])(?:\"[^\"<]*\"|'[^'<]*'|[^<>])*+>)",
    re.DOTALL,
)


def take_unseen(text: str) -> tuple[str, list[Part]]:
    """Return the text without comments and hidden elements but with all of its lines, and these."""
    text, comments = take_comments(text)
    text, hidden = take_hidden(text, sheet_of(comments))
    return text, [*comments, *hidden]


def sheet_of(parts: Iterable[Part]) -> StyleSheet:
    """Return the rules of the style sheets among the parts that were taken out."""
    sheets = (part.text for part in parts if is_style_sheet(part))
    return style_sheet([token for sheet in sheets for token in tokenize(sheet)])


def take_hidden(text: str, sheet: StyleSheet) -> tuple[str, list[Part]]:
    """Return the text without hidden elements but with all of its lines, and the elements."""
    spans = list(hidden_spans(text, sheet)) if TAG_START.search(text) else []
    return without(text, spans), list(parts_of(text, spans, Role.LEFT_OUT))


def hidden_spans(text: str, sheet: StyleSheet) -> Iterator[tuple[int, int]]:
    """Yield start and end of what is hidden, with the tags that hide it."""
    state, start = HiddenState(sheet), 0
    for first, last, token in tags_of(text):
        was_hidden, is_start = state.is_hidden, token.kind == "start"
        if is_start and token.name in VOID:
            if not was_hidden and is_removed(token, state.styles_of(token)):
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


def is_removed(token: HtmlToken, styles: Styles) -> bool:
    """Return whether an element is hidden with all its content."""
    return bool(
        reason_to_remove(token.name, styles, token.attributes)
        or skip_reason(token.name, in_region=True) == "hidden"
    )


@dataclass
class HiddenState:
    """Track whether text is hidden after the tags so far."""

    sheet: StyleSheet
    elements: OpenElements = field(default_factory=OpenElements)
    removed_at: int | None = None

    @property
    def is_hidden(self) -> bool:
        return self.removed_at is not None or self.elements.text.hidden

    def styles_of(self, token: HtmlToken) -> Styles:
        """Return the declared values of an element that starts here."""
        element = OpenElement(token.name, token.attributes)
        return self.sheet.styles(element, self.elements.stack)

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
        styles = self.styles_of(token)
        if self.removed_at is None and is_removed(token, styles):
            self.removed_at = depth
        element = OpenElement(token.name, token.attributes)
        self.elements.start(replace(element, text=self.elements.text.within(styles)))
