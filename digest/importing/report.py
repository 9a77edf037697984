"""The report of an import: every line of the document, and what it was taken for."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from digest.importing.documents import Document
from digest.importing.parts import Part, Role

MAX_EXCERPT = 70
COUNTED = {
    Role.TAG: ("tag", "tags"),
    Role.STORY: ("story", "stories"),
    Role.WHY_IT_MATTERS: ("why-it-matters part", "why-it-matters parts"),
    Role.BOTTOM_LINE: ("bottom-line part", "bottom-line parts"),
    Role.STORY_SOURCE: ("source of a story", "sources of stories"),
    Role.ISSUE_SOURCE: ("source", "sources"),
    Role.FURNITURE: ("line of page furniture", "lines of page furniture"),
}
UNKNOWN = (Role.UNKNOWN, Role.LEFT_OUT)


@dataclass(frozen=True)
class Report:
    """Says line by line what was recognised, what was page furniture, what was not understood."""

    document: Document
    parts: list[Part]

    @property
    def not_understood(self) -> list[Part]:
        """The parts that an editor should look at."""
        return [part for part in self.parts if part.role in UNKNOWN]

    def lines(self) -> Iterator[str]:
        """The whole report: a line for each part, the notes, and the sums."""
        unit = self.document.unit
        for (role, place), parts in groupby(self.parts, key=lambda p: (p.role, place_of(p, unit))):
            kind, end = (Role.UNKNOWN, " (left out)") if role is Role.LEFT_OUT else (role, "")
            yield f"{place:>13}  {kind:<15}  {excerpt([part.text for part in parts])}{end}"
        yield from (f"{'note':>13}  {note}" for note in self.document.notes)
        yield self.summary()

    def summary(self) -> str:
        """The sums: how much of what."""
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
    """Where a part stands, for people; the lines of HTML are blocks."""
    if not part.first_line:
        return "file name"
    if part.first_line == part.last_line:
        return f"{unit} {part.first_line}"
    return f"{unit}s {part.first_line}-{part.last_line}"


def excerpt(texts: list[str]) -> str:
    """The beginning of what a part says, on one line."""
    text = " ".join(", ".join(texts).split())
    return text if len(text) <= MAX_EXCERPT else f"{text[: MAX_EXCERPT - 1]}…"
