"""Template data of the page on which an editor reviews an uploaded document."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from django.forms import BoundField, ChoiceField
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import ngettext

from digest.admin.importing.forms import MappingForm
from digest.importing import Part, Role
from digest.importing.mapper import StoryDraft
from digest.importing.report import UNKNOWN
from digest.importing.review.editing import can_merge
from digest.importing.review.edits import is_text
from digest.importing.review.groups import Group, group_parts
from digest.importing.review.mapping import Mapping, new_links
from digest.importing.review.pieces import MAX_LENGTH, pieces_of
from digest.importing.rich_text import bare_text
from digest.importing.saving import stories_dropped
from digest.importing.sources import parse_sources
from digest.pages.numbering import number_after

LONG_TEXT = 150  # characters, of which two lines show about as many


@dataclass
class PartRow:
    """Hold a part with its position in the document, its role field and what can be done to it."""

    key: str
    part: Part
    role: Role
    field: BoundField
    options: str
    place: str
    can_merge: bool
    is_first: bool = False
    is_last: bool = False
    is_open: bool = False
    is_splitting: bool = False

    @property
    def is_unknown(self) -> bool:
        return self.role in UNKNOWN

    @property
    def can_split(self) -> bool:
        return is_text(self.part) and len(self.part.rich_text) <= MAX_LENGTH

    @property
    def text(self) -> str:
        is_tags = self.part.role is Role.TAG
        return self.part.text.replace("\n", ", ") if is_tags else self.part.text

    @property
    def is_long(self) -> bool:
        return len(self.text) > LONG_TEXT or self.text.count("\n") > 1

    @cached_property
    def pieces(self) -> list[tuple[int, str]]:
        return pieces_of(self.part.rich_text)


@dataclass
class PartGroup:
    """Hold the rows of a story, or of the parts before or after all stories."""

    group: Group
    rows: list[PartRow]
    key: str = ""
    story: StoryDraft | None = None
    links_field: BoundField | None = None
    links: int = 0
    is_last_story: bool = False

    @property
    def takes_links(self) -> bool:
        return bool(self.links_field) and self.links_field.value() in (True, "1")


@dataclass
class StorySummary:
    """Summarise an imported story as counts of what the draft will have."""

    story: StoryDraft

    @property
    def counts(self) -> str:
        body, links = len(self.story.body), len(self.story.links)
        sources = count_sources([*self.story.sources, *self.story.linked])
        images = [_now("an image")] if self.story.image else []
        why = _now("why it matters") if self.story.why_it_matters else _now("no why it matters")
        return ", ".join(
            [
                ngettext("%d paragraph", "%d paragraphs", body) % body,
                why,
                *images,
                ngettext("%d source", "%d sources", sources) % sources,
                *([ngettext("%d link", "%d links", links) % links] if links else []),
            ]
        )


def render_options(field: ChoiceField, value: str) -> str:
    """Render the choices of a role, with one of them selected."""
    context = {"groups": field.choices, "selected": value}
    return render_to_string("digest/admin/import_options.html", context)


def count_sources(parts: list[Part]) -> int:
    return sum(len(parse_sources(part)) for part in parts)


class MappingReview:
    """Provide a document's parts, notes and resulting draft to the review template."""

    def __init__(
        self, mapping: Mapping, form: MappingForm, user: Any, opened: str = "", splitting: str = ""
    ) -> None:
        self.mapping, self.form, self.user = mapping, form, user
        self.opened, self.splitting = opened, splitting
        self.draft = mapping.draft
        self.existing = mapping.find_existing()

    @cached_property
    def rows(self) -> dict[str, PartRow]:
        places, roles = Counter[str](), self.mapping.roles
        rows: dict[str, PartRow] = {}
        render = cache(render_options)
        above = None
        for key, part in self.mapping.parsed_parts.items():
            place = self.place_of(part)
            places[place] += 1
            field = self.form[f"role-{key}"]
            rows[key] = PartRow(
                key=key,
                part=part,
                role=roles[key],
                field=field,
                options=render(field.field, field.value()),
                place=f"{place} ({places[place]})" if places[place] > 1 else place,
                can_merge=bool(above) and can_merge(above.part, above.role, part),
                is_open=key in (self.opened, self.splitting),
                is_splitting=key == self.splitting,
            )
            above = rows[key]
        if rows:
            next(iter(rows.values())).is_first = next(reversed(rows.values())).is_last = True
        return rows

    @property
    def groups(self) -> Iterator[PartGroup]:
        """Yield the parts by story."""
        stories = iter(zip(self.mapping.story_keys, self.draft.stories, strict=True))
        last = len(self.draft.stories)
        for group in group_parts(self.mapping.roles):
            shown = PartGroup(group, [self.rows[key] for key in group.keys])
            if group.story:
                shown.key, shown.story = next(stories)
                shown.is_last_story = group.story == last
                if f"links-{shown.key}" in self.form.fields:
                    shown.links_field = self.form[f"links-{shown.key}"]
                    shown.links = len(new_links(shown.story))
            yield shown

    @property
    def unknown(self) -> list[PartRow]:
        return [row for row in self.rows.values() if row.is_unknown]

    @property
    def understood(self) -> int:
        return len(self.rows) - len(self.unknown)

    @cached_property
    def number_after(self) -> int | None:
        """Return the number of the next later issue, before which a new issue gets no number."""
        return None if self.existing else number_after(self.mapping.upload.digest, self.draft.date)

    @property
    def bottom_line(self) -> str:
        return " ".join(bare_text(part.rich_text) for part in self.draft.bottom_line)

    @property
    def sources(self) -> list[str]:
        """Return the titles of the sources of the issue."""
        return [each["title"] for part in self.draft.sources for each in parse_sources(part)]

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
        """Return a message for each value that was not found or not understood."""
        draft, missing = self.draft, []
        if not draft.title:
            missing.append(_now("No title was found: type one, or choose its part."))
        if draft.date_is_proposed and draft.date_text:
            missing.append(_now("“%s” is not a date.") % draft.date_text)
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
