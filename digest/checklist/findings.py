"""Findings of the checklist."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from digest.pages.time_zones import format_date


class Level(TextChoices):
    """Levels of a rule."""

    OFF = "off", _("Off")
    WARNING = "warning", _("Warn")
    REQUIRED = "required", _("Required for publishing")


@dataclass(frozen=True)
class Mention:
    """Another issue mentioned by a finding."""

    pk: int
    title: str
    date: date
    is_draft: bool = False


@dataclass(frozen=True)
class Finding:
    """A problem found by a rule, at the content path of the field to fix.

    ``story`` is the number of the story, or None for the issue as a whole. An advisory finding
    never blocks publishing. ``rule`` and ``level`` are set when the checklist is run.

    ``adds`` is the type of a missing block, and ``after`` the content path of the block that it
    comes after. ``link`` is the text of the link in the field.
    """

    text: str
    path: str
    story: int | None = None
    mentions: Sequence[Mention] = ()
    is_advisory: bool = False
    adds: str = ""
    after: str = ""
    link: str = ""
    rule: str = ""
    level: Level = Level.WARNING

    @property
    def message(self) -> str:
        """Return the text with its story: "Story 2: Say why it matters."."""
        if self.story is None:
            return self.text
        place = _now("Story %(number)d: %(message)s")
        return place % {"number": self.story, "message": self.text}

    @property
    def long_message(self) -> str:
        """Return the message with the dates of mentioned issues, whose titles may be private."""
        days = ", ".join(format_date(mention.date) for mention in self.mentions)
        return f"{self.message.removesuffix('.')} ({days})." if days else self.message
