"""The parts of a document: what each line is taken for.

A reader cuts a document into ``Part``s and keeps its place in the issue in an ``Outline``; the
mapper makes blocks of parts. An editor may correct a part's role in between.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.html import escape


class Role(StrEnum):
    """What a part of the document is to the issue. The values are for people."""

    TITLE = "title"
    HEADLINE = "headline"
    SLUG = "slug"
    DATE = "date"
    TAG = "tag"
    IMAGE = "image"
    SUMMARY = "summary"
    STORY = "story"
    BODY = "text"
    WHY_IT_MATTERS = "why it matters"
    STORY_SOURCE = "source of story"
    BOTTOM_LINE = "bottom line"
    ISSUE_SOURCE = "source"
    LABEL = "label"
    FURNITURE = "page furniture"
    UNKNOWN = "not understood"
    LEFT_OUT = "not understood, left out"


class Label(StrEnum):
    """The words that open a section."""

    WHY_IT_MATTERS = "why it matters"
    BOTTOM_LINE = "bottom line"
    SOURCES = "sources"


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines of the document with one role.

    ``text`` is what they say in plain text; ``html`` is the same with its inline formatting, as
    paragraphs or a list. Line numbers count from 1 and include the last.
    """

    role: Role
    text: str
    first_line: int
    last_line: int
    html: str = ""

    @property
    def rich_text(self) -> str:
        """The part as HTML, also where its role was one that needs none."""
        return self.html or f"<p>{escape(self.text)}</p>"


@dataclass
class Outline:
    """The parts found so far, and the place in the issue that a reader has come to."""

    parts: list[Part] = field(default_factory=list)
    place: Role = Role.SUMMARY
    found: set[Role] = field(default_factory=set)
    story_has_text: bool = False

    @property
    def in_story(self) -> bool:
        """Whether a story is open."""
        return self.place in (Role.BODY, Role.WHY_IT_MATTERS, Role.STORY_SOURCE)

    @property
    def in_sources(self) -> bool:
        """Whether a list of sources is open."""
        return self.place in (Role.STORY_SOURCE, Role.ISSUE_SOURCE)

    def add(self, role: Role, text: str, lines: tuple[int, int], html: str = "") -> None:
        """Note a part, without moving on."""
        self.parts.append(Part(role, text, *lines, html))
        self.found.add(role)

    def start_story(self, heading: str, lines: tuple[int, int]) -> None:
        """Open a story."""
        self.add(Role.STORY, heading, lines)
        self.place, self.story_has_text = Role.BODY, False

    def open_section(
        self, label: Label, text: str, lines: tuple[int, int], *, of_issue: bool = False
    ) -> None:
        """Open what a label announces; sources are the open story's unless ``of_issue``."""
        self.add(Role.LABEL, text, lines)
        if label is Label.SOURCES:
            self.place = Role.STORY_SOURCE if self.in_story and not of_issue else Role.ISSUE_SOURCE
        else:
            self.place = Role[label.name]

    def add_paragraph(self, text: str, lines: tuple[int, int], html: str) -> None:
        """Add a paragraph or a list where it stands; after a story's sources it is story text."""
        if self.place is Role.STORY_SOURCE:
            self.place = Role.BODY
        role = Role.UNKNOWN if self.place is Role.ISSUE_SOURCE else self.place
        self.add(role, text, lines, html)
        if role is Role.BODY:
            self.story_has_text = True
        elif role is Role.WHY_IT_MATTERS and not self.story_has_text:
            # Some publications say why first: one paragraph of it, then the story.
            self.place = Role.BODY
