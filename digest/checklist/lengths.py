"""Rules about length: of the headline, the summary, a story, and the issue."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from digest.checklist.findings import Slip
from digest.checklist.reading import Reading
from digest.conf import conf


def headline_length(reading: Reading) -> Iterator[Slip]:
    """The headline readers see, which is the page title where the body has none of its own."""
    part, targets = reading.first("headline"), reading.targets
    own = part.text_of("headline") if part else ""
    length, path = len(own or reading.issue.title), f"{part.path}.headline" if own else "title"
    least, most = targets["headline_min"], targets["headline_max"]
    if least and 0 < length < least:
        message = _("The headline is short: %(count)d characters of at least %(limit)d.")
        yield Slip(message % {"count": length, "limit": least}, path)
    elif most and length > most:
        message = _("The headline is long: %(count)d characters of at most %(limit)d.")
        yield Slip(message % {"count": length, "limit": most}, path)


def summary_length(reading: Reading) -> Iterator[Slip]:
    """The summary, which stands in lists, feeds and link previews."""
    part, most = reading.first("headline"), reading.targets["summary_max"]
    length = len(part.text_of("summary")) if part else 0
    if most and length > most:
        message = _("The summary is long: %(count)d characters of at most %(limit)d.")
        yield Slip(message % {"count": length, "limit": most}, f"{part.path}.summary")


def story_words(reading: Reading) -> Iterator[Slip]:
    """The words of each story, as readers read it; one that is still empty is not counted."""
    least, most = reading.targets["story_words_min"], reading.targets["story_words_max"]
    for story in reading.stories:
        count, path = story.word_count, f"{story.path}.body"
        if least and 0 < count < least:
            message = _("The story is short: %(count)d words of at least %(limit)d.")
            yield Slip(message % {"count": count, "limit": least}, path, story.number)
        elif most and count > most:
            message = _("The story is long: %(count)d words of at most %(limit)d.")
            yield Slip(message % {"count": count, "limit": most}, path, story.number)


def reading_minutes(reading: Reading) -> Iterator[Slip]:
    """The minutes that the issue takes to read, counted as those that readers are told."""
    most, words = reading.targets["minutes_max"], sum(part.word_count for part in reading.parts)
    minutes = round(words / conf.WORDS_PER_MINUTE)
    if most and minutes > most:
        message = _("The issue is long: %(count)d minutes of at most %(limit)d.")
        yield Slip(message % {"count": minutes, "limit": most}, "body")
