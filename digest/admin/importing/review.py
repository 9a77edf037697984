"""Template data of the page on which an editor reviews an uploaded document."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.forms import BoundField
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import ngettext

from digest.admin.importing.forms import MappingForm
from digest.importing import Part, Role
from digest.importing.mapper import StoryDraft
from digest.importing.report import UNKNOWN, one_line_excerpt
from digest.importing.review.mapping import Mapping
from digest.importing.rich_text import bare_text
from digest.importing.saving import stories_dropped

NOT_IMPORTED = {
    *(Role.IMAGE, Role.LABEL, Role.BOILERPLATE, Role.COMMENT, Role.LEFT_OUT, Role.UNPUBLISHED),
}


@dataclass
class PartRow:
    """Hold a part with its position in the document and its role field."""

    number: int
    part: Part
    role: Role
    field: BoundField
    place: str

    @property
    def is_unknown(self) -> bool:
        return self.role in UNKNOWN

    @property
    def is_left_out(self) -> bool:
        return self.role in NOT_IMPORTED

    @property
    def excerpt(self) -> str:
        return one_line_excerpt([self.part.text])


@dataclass
class StorySummary:
    """Summarise an imported story as counts of its parts."""

    story: StoryDraft

    @property
    def counts(self) -> str:
        body, sources = len(self.story.body), len(self.story.sources)
        images = [_now("an image")] if self.story.image else []
        why = _now("why it matters") if self.story.why_it_matters else _now("no why it matters")
        return ", ".join(
            [
                ngettext("%d paragraph", "%d paragraphs", body) % body,
                why,
                *images,
                ngettext("%d source", "%d sources", sources) % sources,
            ]
        )


class MappingReview:
    """Provide a document's parts, notes and resulting draft to the review template."""

    def __init__(self, mapping: Mapping, form: MappingForm, user: Any) -> None:
        self.mapping, self.form, self.user = mapping, form, user
        self.draft = mapping.draft
        self.existing = mapping.find_existing()

    @property
    def rows(self) -> list[PartRow]:
        return [
            PartRow(number, part, role, self.form.role_fields[number], self.place_of(part))
            for number, (part, role) in enumerate(
                zip(self.mapping.parsed_parts, self.mapping.roles, strict=True)
            )
        ]

    @property
    def unknown(self) -> list[PartRow]:
        return [row for row in self.rows if row.is_unknown]

    def place_of(self, part: Part) -> str:
        """Return the position of a part as text, such as “Lines 3–5”."""
        first, last = part.first_line, part.last_line
        if not first:
            return _now("File name")
        is_html = self.mapping.document.unit == "block"
        if first == last:
            name = _now("Block %(first)d") if is_html else _now("Line %(first)d")
        else:
            name = _now("Lines %(first)d–%(last)d")
        return name % {"first": first, "last": last}

    @property
    def source_lines(self) -> Iterator[tuple[int, str]]:
        """Yield the numbered lines of the document; HTML as plain text."""
        is_html = self.mapping.document.unit == "block"
        for number, line in enumerate(self.mapping.document.text.split("\n"), 1):
            yield number, bare_text(line) if is_html else line

    @property
    def notes(self) -> list[str]:
        """Return notes about what the reader left out."""
        image = self.draft.image
        skipped = [_now("The image %s is not imported: choose it in the editor.") % image]
        return [*self.mapping.document.notes, *(skipped if image else [])]

    @property
    def stories(self) -> list[StorySummary]:
        return [StorySummary(story) for story in self.draft.stories]

    @property
    def missing(self) -> list[str]:
        """Return a message for each required value that was not found."""
        draft, missing = self.draft, []
        if not draft.title:
            missing.append(_now("No title was found: enter one, or choose its part."))
        if not draft.date and draft.date_text:
            missing.append(_now("“%s” is not a date: enter one.") % draft.date_text)
        elif not draft.date:
            missing.append(_now("No date was found: enter one."))
        return missing

    @property
    def can_revise(self) -> bool:
        """Return whether the user may add a revision to the existing issue."""
        return bool(self.existing) and self.existing.permissions_for_user(self.user).can_edit()

    @property
    def dropped(self) -> list[str]:
        """Return the headings of stories in the existing issue that the document lacks."""
        return stories_dropped(self.draft, self.existing)

    @property
    def existing_url(self) -> str:
        return reverse("wagtailadmin_pages:edit", args=[self.existing.pk])
