"""Process sign-up requests, and send the letters that are due.

Any number of processes may do this at once, and each may be killed at any time: ``queue``.
"""

import logging
from collections import Counter
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from digest import visibility
from digest.contrib.newsletter import bounces, letters, queue, subscriptions, suppression
from digest.contrib.newsletter.models import EmailDelivery, SignupRequest
from digest.contrib.newsletter.queue import Outcome
from digest.contrib.newsletter.transport import RETRY, Transport

logger = logging.getLogger(__name__)

# A request that fails is tried each minute, and not each time that is_due() is called.
NEW = timedelta(minutes=1)


def is_due() -> bool:
    """Return whether there is a new sign-up request, or a letter that may be sent now."""
    requests = SignupRequest.objects.filter(created_at__gt=timezone.now() - NEW)
    return requests.exists() or queue.has_letters_to_send()


def run() -> Counter:
    """Process all sign-up requests, send letters until none is due; count letters by state."""
    counts: Counter = Counter()
    with Transport() as transport:
        while claimed := _next_letters():
            counts.update(send(claimed, transport))
    return counts


def _next_letters() -> list[EmailDelivery]:
    process_requests()  # also of readers who signed up since the last letters
    return queue.claim_letters()


def process_requests() -> None:
    """Process all sign-up requests; one that fails is logged and stays for the next run."""
    for pk in SignupRequest.objects.order_by("pk").values_list("pk", flat=True):
        try:
            subscriptions.process(pk)
        except Exception:
            logger.exception("Sign-up request %s could not be processed.", pk)


def send(claimed: list[EmailDelivery], transport: Transport) -> Counter:
    """Send claimed letters; return how many have got which state."""
    counts: Counter = Counter()
    try:
        for number, mail in enumerate(claimed):
            queue.renew(claimed[number:])
            if reason := _reason_to_skip(mail):
                queue.skip(mail, reason)
            elif queue.begin(mail):
                outcome = _hand_over(mail, transport)
                _end(mail, outcome)
                counts[outcome.state] += 1
    finally:
        queue.release(claimed)
    return counts


def _reason_to_skip(mail: EmailDelivery) -> str:
    """Return why a letter must not be sent, or an empty text.

    Only the letter with a link to what is stored may be about a digest that is hidden.
    """
    if not mail.subscription:
        return ""  # queue.begin() skips it
    if suppression.reason_of(mail.subscription.subscriber.key) in suppression.FINAL:
        return "The address gets no mail."
    is_about_digest = mail.kind != EmailDelivery.Kind.PREFERENCES
    if is_about_digest and not visibility.is_public(mail.subscription.digest):
        return "The digest is not public."
    return ""


def _hand_over(mail: EmailDelivery, transport: Transport) -> Outcome:
    try:
        message = letters.compose(mail)
    except Exception:  # such as one in a template of the site
        logger.exception("The letter %s could not be composed.", mail)
        return queue.try_again(mail, RETRY)
    return transport.send(mail, message)


@transaction.atomic
def _end(mail: EmailDelivery, outcome: Outcome) -> None:
    if outcome.has_bounced:
        bounces.note_bounce(mail.subscription.subscriber)
    queue.end(mail, outcome)
