"""What a rule says: that something slips, where, and how much it matters to the digest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _


class Level(TextChoices):
    """What a digest makes of a rule."""

    OFF = "off", _("Off")
    WARNING = "warning", _("Warn")
    REQUIRED = "required", _("Required for publishing")


@dataclass(frozen=True)
class Mention:
    """Another issue that a finding names."""

    pk: int
    title: str
    date: date
    is_draft: bool = False


@dataclass(frozen=True)
class Slip:
    """What a rule's function yields: what is wrong, and the content path of the field to mend.

    ``story`` is the number of the story as readers count, or None where it is the issue as a whole.
    One that is ``only_advice`` never holds publishing.
    """

    message: str
    path: str
    story: int | None = None
    mentions: Sequence[Mention] = ()
    only_advice: bool = False


@dataclass(frozen=True)
class Finding:
    """A slip from a rule, at the level that the digest gave to the rule."""

    rule: str
    level: Level
    slip: Slip

    @property
    def path(self) -> str:
        """Where in the editor: the content path of a field, as Wagtail's comments name it."""
        return self.slip.path

    @property
    def message(self) -> str:
        """What is wrong, with the story it is about: "Story 2: Say why it matters."."""
        if self.slip.story is None:
            return self.slip.message
        place = _now("Story %(number)d: %(message)s")
        return place % {"number": self.slip.story, "message": self.slip.message}

    @property
    def long_message(self) -> str:
        """The message with the dates of the issues it names; their titles may not be for all."""
        days = ", ".join(date_format(mention.date) for mention in self.slip.mentions)
        return f"{self.message.removesuffix('.')} ({days})." if days else self.message
