"""Process sign-up requests, start mailings, and send the mails that are due.

Any number of processes may do this at once, and each may be killed at any time: ``queue``.
"""

import logging
from collections import Counter
from datetime import timedelta

from django.db import IntegrityError
from django.utils import timezone
from django_tasks import task

from digest.contrib.newsletter import mailings, progress, queue, subscriptions, workers
from digest.contrib.newsletter.claims import Claim
from digest.contrib.newsletter.models import EmailDelivery, Mailing, SignupRequest
from digest.contrib.newsletter.transport import Transport

logger = logging.getLogger(__name__)

# What fails is tried each minute, and not each time that is_due() is called.
NEW = timedelta(minutes=1)


def is_due() -> bool:
    """Return whether there is a new sign-up request, a letter to send, or a mailing to start or to
    continue."""
    since = timezone.now() - NEW
    return (
        SignupRequest.objects.filter(created_at__gt=since).exists()
        or queue.has_letters_to_send()
        or progress.due().filter(due_at__gt=since).exists()
        or progress.continued().filter(due_at__gt=since).exists()
    )


def run() -> Counter:
    """Do all that is due; return how many mails have got which state.

    If workers send mailings, start their tasks, and send letters only.
    """
    counts: Counter = Counter()
    _prepare_mailings()
    if has_workers := workers.send_in_workers(send_claim):
        workers.start_chains(send_claim)
    with Transport() as transport:
        while claim := _next_letters() or (None if has_workers else _next_mails()):
            counts.update(claim.send(transport))
    return counts


@task()
def send_claim() -> None:
    """Send the next mails that are due, and enqueue this task again if there were any."""
    claim = _next_letters() or _next_mails()
    if claim is None:
        return
    with Transport() as transport:
        claim.send(transport)
    workers.continue_chain(send_claim)


def _next_letters() -> Claim | None:
    process_requests()  # also of readers who signed up since the last claim
    claimed = queue.claim_letters()
    return Claim(claimed) if claimed else None


def process_requests() -> None:
    """Process all sign-up requests; one that fails is logged and stays for the next run."""
    for pk in SignupRequest.objects.order_by("pk").values_list("pk", flat=True):
        try:
            subscriptions.process(pk)
        except Exception:
            logger.exception("Sign-up request %s could not be processed.", pk)


def _prepare_mailings() -> None:
    mailings.plan_missing()
    progress.start_due()


def _next_mails() -> Claim | None:
    _prepare_mailings()  # also those that are due since the last claim
    for mailing in progress.being_sent():
        if claimed := _claim_mails(mailing):
            return Claim(claimed)
    return None


def _claim_mails(mailing: Mailing) -> list[EmailDelivery]:
    """Claim mails of a mailing; end it if there are no more."""
    if not progress.goes_on(mailing):
        return []
    # A chunk before each claim, so that the first mails do not wait for all rows.
    has_filled = _fill(mailing)
    while not (claimed := queue.claim_mails(mailing)) and has_filled:
        has_filled = _fill(mailing)
    if not claimed:
        progress.finish(mailing)
    return claimed


def _fill(mailing: Mailing) -> bool:
    try:
        return progress.fill(mailing)
    except IntegrityError:  # A reader was erased at the same time: the next claim tries again.
        return False
