"""What the reply of a mail server means for a mail: its state, and what the reply is about."""

import re
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import NamedTuple

from django.db.models import Q
from django.utils import timezone

from digest.contrib.newsletter.models import EmailDelivery

State = EmailDelivery.State
# Enhanced codes (RFC 3463). 5.1.7 and 5.1.8 are about the address of the sender.
ABOUT_SENDER = {"5.1.7", "5.1.8"}
NO_SUCH_ADDRESS = re.compile(r"5\.1\.(?![78]$)\d+|5\.2\.1")
# Codes of refusals that are not about the address: of a policy, of the sender's address, of a
# request that a provider rejects, and none, which is that of a provider that failed.
SENDERS_FAULT = r"^$|^4[0-3][0-9]$|(^| )5\.7\.|(^| )5\.1\.[78]$"
IS_SENDERS_FAULT = Q(code__regex=SENDERS_FAULT)
MAX_WAIT = timedelta(hours=1)
REFUSED_AFTER = timedelta(hours=24)


class Cause(Enum):
    """What a failure is about, if it matters to other mails or to the address."""

    # The address does not exist.
    BOUNCE = auto()
    # Another refusal of the mail to this address, such as a full mailbox.
    ADDRESS = auto()
    # The sender, the mail's content or a policy; never the address.
    POLICY = auto()
    # The server takes no mail now.
    SERVER = auto()
    # It has taken none for a day.
    OUTAGE = auto()
    # The server takes no mail until somebody changes the settings.
    CONFIGURATION = auto()
    # The server may have the mail, and has not replied.
    NO_REPLY = auto()


class Outcome(NamedTuple):
    """The result of an attempt; a waiting mail is tried again after ``wait``."""

    state: State
    code: str = ""
    reply: str = ""
    wait: timedelta | None = None
    cause: Cause | None = None
    # The id that a provider gave the mail.
    provider_id: str = ""

    @property
    def concerns_all(self) -> bool:
        """Return whether other mails of the mailing would fare the same."""
        return self.cause in (Cause.SERVER, Cause.OUTAGE, Cause.CONFIGURATION)


def is_senders_fault(code: str) -> bool:
    """Return whether ``IS_SENDERS_FAULT`` holds for a refusal with this code."""
    return re.search(SENDERS_FAULT, code) is not None


def try_again(
    mail: EmailDelivery,
    first_wait: timedelta,
    code: str = "",
    reply: str = "",
    cause: Cause | None = None,
) -> Outcome:
    """Return the outcome of a failure that may pass: wait, twice as long each time, for a day."""
    if timezone.now() - _tried_since(mail) >= REFUSED_AFTER:
        if cause is Cause.NO_REPLY:
            return Outcome(State.UNKNOWN, code, reply, cause=cause)
        if cause in (Cause.SERVER, Cause.CONFIGURATION) and mail.mailing_id:
            # Nothing is wrong with this mail, so that it is not lost.
            paused_by = Cause.OUTAGE if cause is Cause.SERVER else cause
            return Outcome(State.WAITING, code, reply, cause=paused_by)
        return Outcome(State.REFUSED, code, reply)
    # The exponent is bounded, because a timedelta is.
    wait = first_wait * 2 ** min(max(mail.attempts - 1, 0), 10)
    return Outcome(State.WAITING, code, reply, min(wait, MAX_WAIT), cause)


def _tried_since(mail: EmailDelivery) -> datetime:
    """Return when the day began: that of a mailing begins again when an editor continues it."""
    if not mail.mailing_id:
        return mail.created_at
    return max(filter(None, (mail.begun_at, mail.mailing.due_at)), default=timezone.now())
