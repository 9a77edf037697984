"""How long a digest wants its issues to be: the numbers that its rules measure by."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HIGHEST = 100_000


class Target(NamedTuple):
    """A number that a digest may set, or leave empty for no such limit."""

    label: str | Promise
    default: int


TARGETS = {
    "headline_min": Target(_("Characters of the headline, at least"), 15),
    "headline_max": Target(_("Characters of the headline, at most"), 120),
    "summary_max": Target(_("Characters of the summary, at most"), 450),
    "story_words_min": Target(_("Words of a story, at least"), 40),
    "story_words_max": Target(_("Words of a story, at most"), 400),
    "minutes_max": Target(_("Minutes to read an issue, at most"), 8),
}

# A lower and an upper limit of one thing.
PAIRS = [("headline_min", "headline_max"), ("story_words_min", "story_words_max")]
