"""What the second screen of the import shows beside its form."""

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
from digest.importing.report import UNKNOWN, excerpt
from digest.importing.review.mapping import Mapping
from digest.importing.rich_text import bare_text
from digest.importing.saving import stories_dropped

NOT_SHOWN = {Role.LABEL, Role.FURNITURE, Role.LEFT_OUT}


@dataclass
class Row:
    """A part, the place it stands in, and the field of its role."""

    number: int
    part: Part
    role: Role
    field: BoundField
    place: str

    @property
    def is_unknown(self) -> bool:
        """Whether an editor should look at it."""
        return self.role in UNKNOWN

    @property
    def is_left_out(self) -> bool:
        """Whether its text comes to nothing in the issue."""
        return self.role in NOT_SHOWN

    @property
    def excerpt(self) -> str:
        """Its beginning."""
        return excerpt([self.part.text])


@dataclass
class StoryOutcome:
    """A story in numbers."""

    story: StoryDraft

    @property
    def facts(self) -> str:
        """What it has."""
        body, sources = len(self.story.body), len(self.story.sources)
        why = _now("why it matters") if self.story.why_it_matters else _now("no why it matters")
        return ", ".join(
            [
                ngettext("%d paragraph", "%d paragraphs", body) % body,
                why,
                ngettext("%d source", "%d sources", sources) % sources,
            ]
        )


class Screen:
    """The parts beside their source, what was not understood, and what comes out."""

    def __init__(self, mapping: Mapping, form: MappingForm, user: Any) -> None:
        self.mapping, self.form, self.user = mapping, form, user
        self.draft = mapping.draft
        self.existing = mapping.find_existing()

    @property
    def rows(self) -> list[Row]:
        """The parts in the order of the document."""
        return [
            Row(number, part, role, self.form.role_fields[number], self.place_of(part))
            for number, (part, role) in enumerate(
                zip(self.mapping.as_read, self.mapping.roles, strict=True)
            )
        ]

    @property
    def unknown(self) -> list[Row]:
        """The parts to look at first."""
        return [row for row in self.rows if row.is_unknown]

    def place_of(self, part: Part) -> str:
        """Where a part stands, for people."""
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
        """The whole document with its numbers; HTML as the text that it shows."""
        is_html = self.mapping.document.unit == "block"
        for number, line in enumerate(self.mapping.document.text.split("\n"), 1):
            yield number, bare_text(line) if is_html else line

    @property
    def notes(self) -> list[str]:
        """What was left out on the way in."""
        image = self.draft.image
        unread = [_now("The image %s is not imported: choose it in the editor.") % image]
        return [*self.mapping.document.notes, *(unread if image else [])]

    @property
    def stories(self) -> list[StoryOutcome]:
        """The stories that come out."""
        return [StoryOutcome(story) for story in self.draft.stories]

    @property
    def missing(self) -> list[str]:
        """What a draft cannot be made without."""
        draft, missing = self.draft, []
        if not draft.title:
            missing.append(_now("No title was found: type one, or say which part it is."))
        if not draft.date and draft.date_text:
            missing.append(_now("“%s” is not a date: type it.") % draft.date_text)
        elif not draft.date:
            missing.append(_now("No date was found: type it."))
        return missing

    @property
    def can_revise(self) -> bool:
        """Whether the issue that is there may get a new revision from the user."""
        return bool(self.existing) and self.existing.permissions_for_user(self.user).can_edit()

    @property
    def dropped(self) -> list[str]:
        """The stories of that issue that the document does not have."""
        return stories_dropped(self.draft, self.existing)

    @property
    def existing_url(self) -> str:
        """Where the issue that is there is edited."""
        return reverse("wagtailadmin_pages:edit", args=[self.existing.pk])
