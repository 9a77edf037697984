"""List all rules of the checklist."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from digest.checklist.findings import Finding, Level
from digest.checklist.issue_text import IssueText
from digest.checklist.lengths import headline_length, reading_minutes, story_words, summary_length
from digest.checklist.presence import alt_text, bottom_line, story_source, why_it_matters
from digest.checklist.repeats import repeated_story
from digest.checklist.schedule import schedule_date
from digest.checklist.wording import link_text, repeated_words
from digest.registry import registry


class Rule(NamedTuple):
    """A rule: its label, its check, and its level by default.

    A rule that ``is_expensive`` is not run for lists of issues.
    """

    label: str | Promise
    check: Callable[[IssueText], Iterator[Finding]]
    default: Level = Level.WARNING
    is_expensive: bool = False


# The codes are stored in digests, and are the headings of docs/reference/checklist.md.
RULES = {
    "why_it_matters": Rule(_("Every story says why it matters"), why_it_matters),
    "story_source": Rule(_("Every story has a source"), story_source),
    "alt_text": Rule(_("Every image is described"), alt_text),
    "bottom_line": Rule(_("There is a bottom line"), bottom_line),
    "headline_length": Rule(_("Length of the headline"), headline_length),
    "summary_length": Rule(_("Length of the summary"), summary_length),
    "story_words": Rule(_("Words of a story"), story_words),
    "reading_minutes": Rule(_("Minutes to read an issue"), reading_minutes),
    "link_text": Rule(_("Links say where they lead"), link_text),
    "repeated_words": Rule(_("No repeated labels or words"), repeated_words),
    "repeated_story": Rule(_("No story was published before"), repeated_story, is_expensive=True),
    "schedule_date": Rule(_("An issue goes live on its date"), schedule_date),
}


def all_rules() -> dict[str, Rule]:
    """Return the rules of the plugin and of the installed apps by code."""
    return RULES | registry.checklist_rules
