"""Map parts with roles to one issue, for every format.

The roles are trusted, so that the mapper can run again after an editor has corrected them. Parts
that were not understood stay as text in the block around them.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from digest.blocks import STORY_FEATURES, TEXT_FEATURES
from digest.importing.dates import parse_date
from digest.importing.images import Figure
from digest.importing.parts import Part, Role
from digest.importing.rich_text import plain_text_with_urls, sanitise
from digest.importing.sources import linked_sources, parse_sources

SOURCES = (Role.STORY_SOURCE, Role.ISSUE_SOURCE)
BLOCK_TYPES = ("headline", "story_section", "bottom_line", "sources")  # which ``body`` returns


@dataclass
class StoryDraft:
    """The parts of a story."""

    heading: str
    block_id: str = ""
    image: Figure | None = None
    stored_image: dict[str, Any] | None = None
    body: list[Part] = field(default_factory=list)
    why_it_matters: list[Part] = field(default_factory=list)
    sources: list[Part] = field(default_factory=list)
    linked: list[Part] = field(default_factory=list)

    @property
    def links(self) -> list[Part]:
        """Return a source for each link of the text; ``linked`` has those that are taken."""
        return linked_sources([*self.body, *self.why_it_matters])

    def value(self) -> dict[str, Any]:
        """Return the value of a ``story_section`` block."""
        return {
            "heading": self.heading,
            "body": rich_text(self.body, STORY_FEATURES),
            "why_it_matters": rich_text(self.why_it_matters, TEXT_FEATURES),
            "image": self.stored_image,
            "sources": list_items([*self.sources, *self.linked]),
        }


@dataclass
class IssueDraft:
    """An issue before it is saved: page fields as values, blocks as parts.

    ``block_ids`` has the ids that blocks other than stories were sent with, by type. An empty
    ``byline`` removes the one that there is; None keeps it.
    """

    title: str = ""
    headline: str = ""
    byline: str | None = None
    slug: str = ""
    date: datetime.date | None = None
    date_text: str = ""
    date_is_proposed: bool = False
    tags: list[str] = field(default_factory=list)
    image: str = ""
    lead_image: Figure | None = None
    unpublished: str = ""
    summary: list[Part] = field(default_factory=list)
    stories: list[StoryDraft] = field(default_factory=list)
    bottom_line: list[Part] = field(default_factory=list)
    sources: list[Part] = field(default_factory=list)
    block_ids: dict[str, str] = field(default_factory=dict)

    @property
    def summary_text(self) -> str:
        texts = (sanitise(part.rich_text, STORY_FEATURES) for part in self.summary)
        return "\n\n".join(map(plain_text_with_urls, texts))

    def body(self) -> list[dict[str, Any]]:
        """Return the raw data of the stream field."""
        opening = {"headline": self.headline, "summary": self.summary_text}
        blocks = [self._block("headline", opening)]
        blocks += [
            raw_block("story_section", story.value(), story.block_id) for story in self.stories
        ]
        if self.bottom_line:
            text = rich_text(self.bottom_line, TEXT_FEATURES)
            blocks.append(self._block("bottom_line", {"text": text}))
        if self.sources:
            blocks.append(self._block("sources", {"items": list_items(self.sources)}))
        return blocks

    def _block(self, kind: str, value: dict[str, Any]) -> dict[str, Any]:
        return raw_block(kind, value, self.block_ids.get(kind, ""))


def raw_block(kind: str, value: dict[str, Any], block_id: str) -> dict[str, Any]:
    """Return the raw data of a block, without an id unless one was sent."""
    return {"type": kind, "value": value} | ({"id": block_id} if block_id else {})


def rich_text(parts: Iterable[Part], features: list[str]) -> str:
    """Render parts as rich text with the given features."""
    return sanitise("".join(part.rich_text for part in parts), features)


def list_items(parts: Iterable[Part]) -> list[dict[str, Any]]:
    """Return the raw items of a list block, one for each source."""
    # Wagtail reads an item without an id as a bare value.
    return [
        {"type": "item", "id": str(uuid4()), "value": value}
        for part in parts
        for value in parse_sources(part)
    ]


def map_parts(parts: Iterable[Part]) -> IssueDraft:
    """Map parts to an issue draft."""
    draft = IssueDraft()
    nearest = draft.summary
    for part in parts:
        if part.role is Role.STORY:
            draft.stories.append(StoryDraft(" ".join(part.text.split()), part.block_id))
            nearest = draft.stories[-1].body
        elif (target := target_of(part.within or part.role, draft, nearest)) is not None:
            target.append(part)
            nearest = nearest if part.role in SOURCES else target
        elif part.is_image:
            set_image(draft, part)
        elif part.role is Role.STORY_IMAGE and part.value and draft.stories:
            draft.stories[-1].stored_image = part.value
        elif part.role is Role.LABEL and part.block_id:
            draft.block_ids[part.text] = part.block_id
        else:
            set_field(draft, part)
    return draft


def set_image(draft: IssueDraft, part: Part) -> None:
    """Set the image of the issue or of the story, if it has none yet."""
    figure = Figure.parse(part.html)
    if part.role is Role.STORY_IMAGE and draft.stories:
        draft.stories[-1].image = draft.stories[-1].image or figure
    elif part.role is not Role.IMAGE:
        draft.lead_image = draft.lead_image or figure


def target_of(role: Role, draft: IssueDraft, nearest: list[Part]) -> list[Part] | None:
    """Return the list that a part with this role belongs in, or None for page fields.

    Story text before any story goes to the nearest text.
    """
    story = draft.stories[-1] if draft.stories else None
    return {
        Role.SUMMARY: draft.summary,
        Role.BODY: story.body if story else nearest,
        Role.WHY_IT_MATTERS: story.why_it_matters if story else nearest,
        Role.STORY_SOURCE: story.sources if story else draft.sources,
        Role.BOTTOM_LINE: draft.bottom_line,
        Role.ISSUE_SOURCE: draft.sources,
        Role.UNKNOWN: nearest,
    }.get(role)


def set_field(draft: IssueDraft, part: Part) -> None:
    """Set the page field that a part is for; labels and boilerplate set none."""
    text = " ".join(part.text.split())
    if part.role is Role.UNPUBLISHED:
        draft.unpublished = draft.unpublished or text
    elif part.role is Role.DATE:
        draft.date, draft.date_text = parse_date(text), text
    elif part.role is Role.TAG and text.casefold() not in map(str.casefold, draft.tags):
        draft.tags.append(text)
    elif part.role in (Role.TITLE, Role.HEADLINE, Role.BYLINE, Role.SLUG, Role.IMAGE):
        name = part.role.name.lower()
        setattr(draft, name, f"{getattr(draft, name) or ''} {text}".strip())
