"""Process sign-up requests, and send the letters that are due.

Any number of processes may do this at once, and each may be killed at any time: ``queue``.
"""

import logging
from collections import Counter
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from digest import visibility
from digest.contrib.newsletter import letters, queue, subscriptions, suppression
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
    process_requests()
    counts: Counter = Counter()
    with Transport() as transport:
        while claimed := queue.claim_letters():
            counts.update(send(claimed, transport))
    return counts


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
            if not _may_be_sent(mail):
                queue.skip(mail, "The digest is not public.")
            elif queue.begin(mail):
                outcome = _hand_over(mail, transport)
                _end(mail, outcome)
                counts[outcome.state] += 1
    finally:
        queue.release(claimed)
    return counts


def _may_be_sent(mail: EmailDelivery) -> bool:
    """Return whether readers may know the digest; all may read what is stored about them."""
    if mail.kind == EmailDelivery.Kind.PREFERENCES or not mail.subscription:
        return True
    return visibility.is_public(mail.subscription.digest)


def _hand_over(mail: EmailDelivery, transport: Transport) -> Outcome:
    try:
        message = letters.compose(mail)
    except Exception:  # such as one in a template of the site
        logger.exception("The letter %s could not be composed.", mail)
        return queue.try_again(mail, RETRY)
    return transport.send(mail, message)


@transaction.atomic
def _end(mail: EmailDelivery, outcome: Outcome) -> None:
    queue.end(mail, outcome)
    if outcome.has_bounced:
        suppression.suppress(mail.subscription.subscriber.key, suppression.Reason.BOUNCED)
