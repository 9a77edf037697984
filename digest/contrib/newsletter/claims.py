"""Send the mails that this worker has claimed."""

import logging
import time
from collections import Counter
from functools import cached_property

from django.db.models import Q
from django.utils import timezone

from digest import visibility
from digest.contrib.newsletter import bounces, letters, messages, progress, queue, suppression
from digest.contrib.newsletter.messages import IssueMessages, Message
from digest.contrib.newsletter.models import EmailDelivery
from digest.contrib.newsletter.outcomes import Cause, Outcome, State, try_again
from digest.contrib.newsletter.transport import RETRY, Transport

logger = logging.getLogger(__name__)

Kind = EmailDelivery.Kind
# Seconds after which the rest of a claim is released: letters do not wait for a slow server.
SEND_FOR = 30


class Claim:
    """Mails that this worker has claimed: letters and tests, or those of one mailing."""

    def __init__(self, mails: list[EmailDelivery]) -> None:
        self.mails = mails
        self.mailing = mails[0].mailing if mails[0].mailing_id else None
        self._condition: progress.Condition | None = None

    def send(self, transport: Transport) -> Counter:
        """Send the mails; return how many have got which state."""
        counts: Counter = Counter()
        stop_at = time.monotonic() + SEND_FOR
        try:
            for number, mail in enumerate(self.mails):
                transport.pace()
                queue.renew(self.mails[number:])
                if outcome := self._send_one(mail, transport):
                    counts[outcome.state] += 1
                if self._is_over(outcome) or time.monotonic() >= stop_at:
                    break
        finally:
            queue.release(self.mails)
        return counts

    def _send_one(self, mail: EmailDelivery, transport: Transport) -> Outcome | None:
        if reason := self._reason_to_skip(mail):
            queue.skip(mail, reason)
        elif queue.begin(mail, self._may_go_on()):
            outcome = self._hand_over(mail, transport)
            _end(mail, outcome)
            return outcome
        else:
            self._condition = None  # What readers see may have changed.
        return None

    def _may_go_on(self) -> Q:
        if self.mailing is None:
            return Q()
        if self._condition is None or timezone.now() >= self._condition.until:
            self._condition = progress.condition(self.mailing)
        return self._condition.query

    def _is_over(self, outcome: Outcome | None) -> bool:
        """Return whether the other mails of a mailing must not be sent now."""
        if self.mailing is None:
            return False
        if outcome is None:
            return not progress.goes_on(self.mailing)
        return outcome.concerns_all

    def _reason_to_skip(self, mail: EmailDelivery) -> str:
        """Return why a mail must not be sent, or an empty text; ``queue.begin`` checks the rest.

        Only the letter with a link to what is stored may be about a digest that is hidden.
        """
        if self.mailing or not mail.subscription:
            return ""
        if suppression.reason_of(mail.subscription.subscriber.key) in suppression.FINAL:
            return "The address gets no mail."
        is_about_digest = mail.kind != Kind.PREFERENCES
        if is_about_digest and not visibility.is_public(mail.subscription.digest):
            return "The digest is not public."
        return ""

    def _hand_over(self, mail: EmailDelivery, transport: Transport) -> Outcome:
        try:
            message = self._message(mail)
        except Exception:  # such as one in a template of the site
            logger.exception("The mail %s could not be composed.", mail)
            reply = "The mail could not be composed: see the log."
            cause = Cause.CONFIGURATION if self.mailing else None
            return try_again(mail, RETRY, reply=reply, cause=cause)
        return transport.send(mail, message)

    def _message(self, mail: EmailDelivery) -> Message:
        if self.mailing:
            return self._messages.message(mail)
        return messages.test_message(mail) if mail.kind == Kind.TEST else letters.compose(mail)

    @cached_property
    def _messages(self) -> IssueMessages:
        return IssueMessages(self.mailing)


def _end(mail: EmailDelivery, outcome: Outcome) -> None:
    """Record an outcome, and then what it means for the address and the mailing.

    These are transactions of their own, as they lock other rows; a kill in between loses a count.
    """
    if not queue.end(mail, outcome):
        return
    if mail.subscription:
        _note_address(mail, outcome)
    if mail.mailing_id:
        progress.note(mail.mailing, outcome)


def _note_address(mail: EmailDelivery, outcome: Outcome) -> None:
    subscriber = mail.subscription.subscriber
    if outcome.cause is Cause.BOUNCE:
        bounces.note_bounce(subscriber, mail.mailing)
    elif outcome.cause is Cause.ADDRESS:
        bounces.note_failure(subscriber, mail.mailing)
    # A provider accepts all mails, and reports later which of them were delivered.
    elif outcome.state == State.ACCEPTED and not outcome.provider_id:
        bounces.note_success(subscriber)
