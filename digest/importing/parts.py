"""Parts of a document and their roles.

A reader splits a document into ``Part``s and tracks its position in an ``Outline``; the mapper
makes blocks of the parts. An editor may correct roles in between.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.html import escape


class Role(StrEnum):
    """Roles of a part in the issue; the values are shown to editors."""

    TITLE = "title"
    HEADLINE = "headline"
    BYLINE = "byline"
    SLUG = "slug"
    DATE = "date"
    TAG = "tag"
    IMAGE = "image"
    ISSUE_IMAGE = "image of issue"
    STORY_IMAGE = "image of story"
    SUMMARY = "summary"
    STORY = "story"
    BODY = "text"
    WHY_IT_MATTERS = "why it matters"
    STORY_SOURCE = "source of story"
    BOTTOM_LINE = "bottom line"
    ISSUE_SOURCE = "source"
    LABEL = "label"
    BOILERPLATE = "boilerplate"
    COMMENT = "comment"
    UNKNOWN = "not understood"
    LEFT_OUT = "not understood, left out"
    UNPUBLISHED = "not published"


class Label(StrEnum):
    """Labels that open a section."""

    WHY_IT_MATTERS = "why it matters"
    BOTTOM_LINE = "bottom line"
    SOURCES = "sources"
    TLDR = "TL;DR"


@dataclass(frozen=True, slots=True)
class Part:
    """Lines of a document with one role.

    ``text`` is plain text; ``html`` is the same with inline formatting, as paragraphs or a list.
    Line numbers start at 1 and are inclusive. A part of an issue that was sent as fields and blocks
    has no lines but a ``pointer`` (RFC 6901), the id of its block if it was sent, and ``value``:
    the fields of a source, the stored form of an image. ``within`` is the role of the field in
    which something was not understood.
    """

    role: Role
    text: str
    first_line: int
    last_line: int
    html: str = ""
    pointer: str = ""
    block_id: str = ""
    value: Any = None
    within: Role | None = None

    @property
    def is_image(self) -> bool:
        """Return whether the part is an image of the document, and no text."""
        return self.html.startswith("<figure ")

    @property
    def rich_text(self) -> str:
        """Return the part as HTML, whatever its role."""
        return self.html or f"<p>{escape(self.text)}</p>"


@dataclass
class Outline:
    """The parts so far, and the current position in the issue."""

    parts: list[Part] = field(default_factory=list)
    place: Role = Role.SUMMARY
    found: set[Role] = field(default_factory=set)
    story_has_text: bool = False

    @property
    def in_story(self) -> bool:
        return self.place in (Role.BODY, Role.WHY_IT_MATTERS, Role.STORY_SOURCE)

    @property
    def in_sources(self) -> bool:
        return self.place in (Role.STORY_SOURCE, Role.ISSUE_SOURCE)

    def add(self, role: Role, text: str, lines: tuple[int, int], html: str = "") -> None:
        """Add a part without changing the position."""
        self.parts.append(Part(role, text, *lines, html))
        self.found.add(role)

    def start_story(self, heading: str, lines: tuple[int, int]) -> None:
        self.add(Role.STORY, heading, lines)
        self.place, self.story_has_text = Role.BODY, False

    def open_section(
        self, label: Label, text: str, lines: tuple[int, int], *, of_issue: bool = False
    ) -> None:
        """Open the section of a label.

        Sources belong to the open story unless ``of_issue``. TL;DR is the summary before the
        stories, and the bottom line after them.
        """
        self.add(Role.LABEL, text, lines)
        if label is Label.SOURCES:
            self.place = Role.STORY_SOURCE if self.in_story and not of_issue else Role.ISSUE_SOURCE
        elif label is Label.TLDR:
            self.place = Role.BOTTOM_LINE if Role.STORY in self.found else Role.SUMMARY
        else:
            self.place = Role[label.name]

    def end_why_it_matters(self) -> None:
        """Go on with the text of the story, as a heading within it does."""
        if self.place is Role.WHY_IT_MATTERS:
            self.place = Role.BODY

    def add_paragraph(self, text: str, lines: tuple[int, int], html: str) -> None:
        """Add a paragraph or list at the current position.

        After the sources of a story it is story text.
        """
        if self.place is Role.STORY_SOURCE:
            self.place = Role.BODY
        role = Role.UNKNOWN if self.place is Role.ISSUE_SOURCE else self.place
        self.add(role, text, lines, html)
        if role is Role.BODY:
            self.story_has_text = True
        elif role is Role.WHY_IT_MATTERS and not self.story_has_text:
            # Some publications put one paragraph of why it matters before the story.
            self.place = Role.BODY
