"""Target lengths that the rules measure against."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MAX_TARGET = 100_000


class LengthTarget(NamedTuple):
    """A number that a digest may change, or clear for no limit."""

    label: str | Promise
    default: int


TARGETS = {
    "headline_min": LengthTarget(_("Characters of the headline, at least"), 15),
    "headline_max": LengthTarget(_("Characters of the headline, at most"), 120),
    "summary_max": LengthTarget(_("Characters of the summary, at most"), 450),
    "story_words_min": LengthTarget(_("Words of a story, at least"), 20),
    "story_words_max": LengthTarget(_("Words of a story, at most"), 400),
    "minutes_max": LengthTarget(_("Minutes to read an issue, at most"), 8),
}

# Pairs of a lower and an upper limit.
PAIRS = [("headline_min", "headline_max"), ("story_words_min", "story_words_max")]
