"""Decide what becomes of the lines of an import."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from digest.contrib.newsletter.models import SubscriberImport, Subscription, Suppression
from digest.contrib.newsletter.transfer.formats import FileState
from digest.contrib.newsletter.transfer.lines import Line

State = Subscription.State


class Outcome(TextChoices):
    ADDED = "added", _("subscribed")
    UNCHANGED = "unchanged", _("in the list already, unchanged")
    RECORDED = "recorded", _("had unsubscribed, which is recorded")
    BARRED = "barred", _("could not be reached, and get no mail from this site")
    PENDING = "pending", _("the reader has never confirmed")
    LEFT = "left", _("the reader has left this newsletter")
    SUPPRESSED = "suppressed", _("the address gets no mail from this site")
    ERASED = "erased", _("the address was erased")
    OTHER_DIGEST = "other_digest", _("it is about another digest")
    UNKNOWN_STATE = "unknown_state", _("its state is not known")
    DUPLICATE = "duplicate", _("the address is in an earlier line")
    INVALID = "invalid", _("this is no valid e-mail address")
    NON_ASCII = "non_ascii", _("letters before the @ must be ASCII")
    MAX_LENGTH = "max_length", _("the address is too long")


DONE = (Outcome.ADDED, Outcome.UNCHANGED, Outcome.RECORDED, Outcome.BARRED)
# Lines that are left out, which are listed.
LEFT_OUT = tuple(outcome for outcome in Outcome if outcome not in DONE)


def outcome_of(
    line: Line,
    record: SubscriberImport,
    subscription: Subscription | None,
    reason: str | None,
    gets_others: bool = False,
) -> Outcome:
    """Return what becomes of a line, by the subscription and the suppression of its address.

    ``gets_others`` is whether the address gets other digests of this site.

    Whoever has subscribed or left here stays so: a file may be older. What this import has inserted
    itself, before it was killed, counts again.
    """
    is_ours = subscription is not None and subscription.origin_id == record.pk
    is_active = subscription is not None and subscription.state == State.ACTIVE
    if reason == Suppression.Reason.ERASED:
        return Outcome.ERASED
    if line.state == FileState.SUPPRESSED:
        return _of_suppressed((is_active and not is_ours) or gets_others, reason)
    if reason:
        return Outcome.SUPPRESSED
    if line.state == FileState.ENDED:
        return Outcome.RECORDED if subscription is None or is_ours else Outcome.UNCHANGED
    if subscription is None or subscription.state == State.PENDING:
        return Outcome.ADDED
    if is_active:
        return Outcome.ADDED if is_ours else Outcome.UNCHANGED
    return Outcome.RECORDED if is_ours else Outcome.LEFT


def _of_suppressed(gets_mail: bool, reason: str | None) -> Outcome:
    if reason and reason != Suppression.Reason.IMPORTED:
        return Outcome.SUPPRESSED
    return Outcome.UNCHANGED if gets_mail and not reason else Outcome.BARRED


def rejection_of(line: Line, slug: str) -> Outcome | None:
    """Return why a line is left out whatever is stored about its address, or None."""
    if line.slug and line.slug != slug:
        return Outcome.OTHER_DIGEST
    if line.state == FileState.PENDING:
        return Outcome.PENDING
    return Outcome.UNKNOWN_STATE if line.state == FileState.UNKNOWN else None
