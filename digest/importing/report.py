"""Report each line of a document and the role it was given."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from digest.importing.documents import Document
from digest.importing.parts import Part, Role

MAX_EXCERPT_LENGTH = 70
COUNTED = {
    Role.TAG: ("tag", "tags"),
    Role.STORY: ("story", "stories"),
    Role.WHY_IT_MATTERS: ("why-it-matters part", "why-it-matters parts"),
    Role.BOTTOM_LINE: ("bottom-line part", "bottom-line parts"),
    Role.STORY_SOURCE: ("source of a story", "sources of stories"),
    Role.ISSUE_SOURCE: ("source", "sources"),
    Role.ISSUE_IMAGE: ("image of the issue", "images of the issue"),
    Role.STORY_IMAGE: ("image of a story", "images of stories"),
    Role.IMAGE: ("image not imported", "images not imported"),
    Role.BOILERPLATE: ("line of boilerplate", "lines of boilerplate"),
    Role.COMMENT: ("comment left out", "comments left out"),
}
UNKNOWN = (Role.UNKNOWN, Role.LEFT_OUT)
LEFT_OUT = (Role.LEFT_OUT, Role.COMMENT, Role.IMAGE)


@dataclass(frozen=True)
class Report:
    """A line-by-line report of an import."""

    document: Document
    parts: list[Part]

    @property
    def not_understood(self) -> list[Part]:
        """Return the parts that an editor should check."""
        return [part for part in self.parts if part.role in UNKNOWN]

    def lines(self) -> Iterator[str]:
        """Yield a line for each part, then the notes and the summary."""
        unit = self.document.unit
        for (role, place), parts in groupby(self.parts, key=lambda p: (p.role, place_of(p, unit))):
            kind = Role.UNKNOWN if role is Role.LEFT_OUT else role
            end = " (left out)" if role in LEFT_OUT else ""
            yield f"{place:>13}  {kind:<15}  {one_line_excerpt([part.text for part in parts])}{end}"
        yield from (f"{'note':>13}  {note}" for note in self.document.notes)
        yield self.summary()

    def summary(self) -> str:
        """Return the number of parts by role."""
        counts = Counter(part.role for part in self.parts)
        sums = [
            f"{counts[role]} {names[counts[role] > 1]}"
            for role, names in COUNTED.items()
            if counts[role]
        ]
        unknown = len(self.not_understood)
        sums.append(f"{unknown} not understood" if unknown else "everything understood")
        return ", ".join(sums) + "."


def place_of(part: Part, unit: str = "line") -> str:
    """Return the line numbers of a part for display, or its JSON pointer."""
    if part.pointer:
        return part.pointer
    if not part.first_line:
        return "file name"
    if part.first_line == part.last_line:
        return f"{unit} {part.first_line}"
    return f"{unit}s {part.first_line}-{part.last_line}"


def one_line_excerpt(texts: list[str]) -> str:
    """Join texts into one line of at most ``MAX_EXCERPT_LENGTH`` characters."""
    text = " ".join(", ".join(texts).split())
    return text if len(text) <= MAX_EXCERPT_LENGTH else f"{text[: MAX_EXCERPT_LENGTH - 1]}…"
