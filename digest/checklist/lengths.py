"""Rules about the length of headline, summary, stories and issue."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from digest.checklist.findings import Finding
from digest.checklist.issue_text import IssueText
from digest.conf import conf


def headline_length(issue_text: IssueText) -> Iterator[Finding]:
    """Check the headline, or the page title if the body has no headline."""
    part, targets = issue_text.first("headline"), issue_text.targets
    own = part.text_of("headline") if part else ""
    length, path = len(own or issue_text.issue.title), f"{part.path}.headline" if own else "title"
    least, most = targets["headline_min"], targets["headline_max"]
    if least and 0 < length < least:
        message = _("The headline is short: %(count)d characters of at least %(limit)d.")
        yield Finding(message % {"count": length, "limit": least}, path)
    elif most and length > most:
        message = _("The headline is long: %(count)d characters of at most %(limit)d.")
        yield Finding(message % {"count": length, "limit": most}, path)


def summary_length(issue_text: IssueText) -> Iterator[Finding]:
    """Check the summary, which is shown in lists, feeds and link previews."""
    part, most = issue_text.first("headline"), issue_text.targets["summary_max"]
    length = len(part.text_of("summary")) if part else 0
    if most and length > most:
        message = _("The summary is long: %(count)d characters of at most %(limit)d.")
        yield Finding(message % {"count": length, "limit": most}, f"{part.path}.summary")


def story_words(issue_text: IssueText) -> Iterator[Finding]:
    """Check the word count of each story that is not empty."""
    least, most = issue_text.targets["story_words_min"], issue_text.targets["story_words_max"]
    for story in issue_text.stories:
        count, path = story.word_count, f"{story.path}.body"
        if least and 0 < count < least:
            message = _("The story is short: %(count)d words of at least %(limit)d.")
            yield Finding(message % {"count": count, "limit": least}, path, story.number)
        elif most and count > most:
            message = _("The story is long: %(count)d words of at most %(limit)d.")
            yield Finding(message % {"count": count, "limit": most}, path, story.number)


def reading_minutes(issue_text: IssueText) -> Iterator[Finding]:
    """Check the reading time shown to readers."""
    most, words = (
        issue_text.targets["minutes_max"],
        sum(part.word_count for part in issue_text.parts),
    )
    minutes = round(words / conf.WORDS_PER_MINUTE)
    if most and minutes > most:
        message = _("The issue is long: %(count)d minutes of at most %(limit)d.")
        yield Finding(message % {"count": minutes, "limit": most}, "body")
