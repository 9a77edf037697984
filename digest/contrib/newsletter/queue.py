"""The queue of mails: rows that workers claim, begin and end, each by one conditional update.

Any worker can finish any row from the database alone. If one is killed, its claim lapses; only a
mail that had begun may reach its reader twice, with the same bytes.
"""

from datetime import timedelta
from typing import NamedTuple
from uuid import uuid4

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from digest.contrib.newsletter.conf import conf
from digest.contrib.newsletter.limits import LETTERS
from digest.contrib.newsletter.models import EmailDelivery

State = EmailDelivery.State
LEASE = timedelta(minutes=5)
CLAIMED_AT_ONCE = 100
# A mail is given up that was begun this often in a row without a reply.
MAX_UNANSWERED = 3


class Outcome(NamedTuple):
    """What has become of an attempt; a waiting mail is tried again after ``wait``."""

    state: State
    code: str = ""
    reply: str = ""
    wait: timedelta | None = None


def due_letters() -> QuerySet:
    """Return the letters that a worker may claim: waiting ones, and those whose lease lapsed."""
    now = timezone.now()
    waiting = Q(state=State.WAITING) & (Q(not_before=None) | Q(not_before__lte=now))
    lapsed = Q(state__in=[State.LEASED, State.SENDING], leased_until__lte=now)
    return EmailDelivery.objects.filter(waiting | lapsed, kind__in=LETTERS)


def may_send_letters() -> int:
    """Return how many letters DIGEST_NEWSLETTER_LETTERS_PER_HOUR allows now."""
    since = timezone.now() - timedelta(hours=1)
    sent = EmailDelivery.objects.filter(kind__in=LETTERS, at__gt=since).count()
    return max(0, conf.NEWSLETTER_LETTERS_PER_HOUR - sent)


def claim_letters() -> list[EmailDelivery]:
    """Claim the oldest due letters for five minutes."""
    give_up()
    limit = min(CLAIMED_AT_ONCE, may_send_letters())
    worker, until = uuid4().hex, timezone.now() + LEASE
    with transaction.atomic():
        due = due_letters().order_by("pk").select_for_update(skip_locked=True, of=("self",))
        EmailDelivery.objects.filter(pk__in=due.values("pk")[:limit]).update(
            state=State.LEASED, leased_by=worker, leased_until=until
        )
    return list(EmailDelivery.objects.filter(leased_by=worker, state=State.LEASED).order_by("pk"))


def give_up() -> None:
    """Mark letters whose workers were killed while they sent them, time and again."""
    due_letters().filter(unanswered__gte=MAX_UNANSWERED).update(state=State.UNKNOWN)


def begin(mail: EmailDelivery) -> bool:
    """Mark a claimed mail as being sent; False if the claim has lapsed or its reader is gone."""
    rows = EmailDelivery.objects.filter(pk=mail.pk, leased_by=mail.leased_by, state=State.LEASED)
    claimed = rows.filter(leased_until__gt=timezone.now(), subscription__isnull=False)
    begun = claimed.update(
        state=State.SENDING, attempts=F("attempts") + 1, unanswered=F("unanswered") + 1
    )
    if not begun:
        rows.filter(subscription__isnull=True).update(state=State.SKIPPED)
    return bool(begun)


def end(mail: EmailDelivery, outcome: Outcome) -> None:
    """Record what has become of a mail that this worker had begun."""
    now = timezone.now()
    rows = EmailDelivery.objects.filter(pk=mail.pk, leased_by=mail.leased_by, state=State.SENDING)
    rows.update(
        state=outcome.state,
        code=outcome.code,
        reply=outcome.reply[:300],
        not_before=outcome.wait and now + outcome.wait,
        unanswered=0,
        at=now,
    )
