"""The queue of mails: rows that workers claim, begin and end, each by one conditional update.

Any worker can finish any row from the database alone. If one is killed, its claim lapses; only a
mail that had begun may reach its reader twice, with the same bytes.
"""

from datetime import timedelta
from typing import NamedTuple
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from digest.contrib.newsletter.conf import conf
from digest.contrib.newsletter.limits import LETTERS
from digest.contrib.newsletter.models import EmailDelivery, Subscription
from digest.contrib.newsletter.tokens import LIFETIMES, Purpose

Kind = EmailDelivery.Kind
State = EmailDelivery.State
LEASE = timedelta(minutes=5)
RENEW_BEFORE = timedelta(minutes=1)
CLAIMED_AT_ONCE = 100
# A mail is given up that was begun this often in a row without a reply.
MAX_UNANSWERED = 3
MAX_WAIT = timedelta(hours=1)
REFUSED_AFTER = timedelta(hours=24)


class Outcome(NamedTuple):
    """The result of an attempt; a waiting mail is tried again after ``wait``.

    Without a reply, the server may have the mail.
    """

    state: State
    code: str = ""
    reply: str = ""
    wait: timedelta | None = None
    has_reply: bool = True
    has_bounced: bool = False


def try_again(
    mail: EmailDelivery, first_wait: timedelta, code: str = "", reply: str = ""
) -> Outcome:
    """Return the outcome of a failure that may pass: wait, twice as long each time, for a day."""
    if timezone.now() - mail.created_at >= REFUSED_AFTER:
        return Outcome(State.REFUSED, code, reply)
    # The exponent is bounded, because a timedelta is.
    wait = first_wait * 2 ** min(max(mail.attempts - 1, 0), 10)
    return Outcome(State.WAITING, code, reply, wait=min(wait, MAX_WAIT))


def due_letters() -> QuerySet:
    """Return the letters that a worker may claim: waiting ones, and those whose lease lapsed."""
    now = timezone.now()
    waiting = Q(state=State.WAITING) & (Q(not_before=None) | Q(not_before__lte=now))
    lapsed = Q(state__in=[State.LEASED, State.SENDING], leased_until__lte=now)
    return EmailDelivery.objects.filter(waiting | lapsed, kind__in=LETTERS)


def has_letters_to_send() -> bool:
    return due_letters().exists() and may_send_letters() > 0


def may_send_letters() -> int:
    """Return how many letters DIGEST_NEWSLETTER_LETTERS_PER_HOUR allows now.

    Those that wait for another attempt do not count: a server that is down uses nothing up.
    """
    now = timezone.now()
    sent = Q(at__gt=now - timedelta(hours=1)) & ~Q(state=State.WAITING)
    claimed = Q(state__in=[State.LEASED, State.SENDING], leased_until__gt=now)
    used = EmailDelivery.objects.filter(sent | claimed, kind__in=LETTERS).count()
    return max(0, conf.NEWSLETTER_LETTERS_PER_HOUR - used)


def claim_letters() -> list[EmailDelivery]:
    """Claim the oldest due letters for five minutes."""
    give_up()
    worker, until = uuid4().hex, timezone.now() + LEASE
    with transaction.atomic():
        limit = min(CLAIMED_AT_ONCE, may_send_letters())
        due = due_letters().order_by("pk").select_for_update(skip_locked=True, of=("self",))
        chosen = due.values_list("pk", flat=True)[:limit]
        if connection.features.has_select_for_update_skip_locked:
            chosen = list(chosen)  # PostgreSQL may run a subquery, and lock rows, more than once.
        EmailDelivery.objects.filter(pk__in=chosen).update(
            state=State.LEASED, leased_by=worker, leased_until=until
        )
    return list(_of(worker).select_related(*RELATED).order_by("pk"))


RELATED = ("subscription__subscriber", "subscription__digest__locale")


def _of(worker: str) -> QuerySet:
    return EmailDelivery.objects.filter(leased_by=worker, state=State.LEASED)


def give_up() -> None:
    """End letters whose workers were killed time and again, and those whose link has expired."""
    due_letters().filter(unanswered__gte=MAX_UNANSWERED).update(state=State.UNKNOWN)
    now = timezone.now()
    confirm = Q(kind=Kind.CONFIRM, created_at__lte=now - LIFETIMES[Purpose.CONFIRM])
    preferences = Q(kind=Kind.PREFERENCES, created_at__lte=now - LIFETIMES[Purpose.PREFERENCES])
    expired = due_letters().filter(confirm | preferences)
    expired.update(state=State.SKIPPED, reply="The link has expired.")


def renew(mails: list[EmailDelivery]) -> None:
    """Extend the claim of a worker on its remaining mails, if less than a minute is left."""
    now = timezone.now()
    if mails[0].leased_until - now >= RENEW_BEFORE:
        return
    rows = _of(mails[0].leased_by).filter(leased_until__gt=now)
    rows.update(leased_until=now + LEASE)
    for mail in mails:
        mail.leased_until = now + LEASE


def begin(mail: EmailDelivery) -> bool:
    """Mark a claimed mail as being sent; False if the claim has lapsed or it has become wrong."""
    now = timezone.now()
    row = _of(mail.leased_by).filter(pk=mail.pk, leased_until__gt=now)
    begun = row.filter(_is_valid()).update(
        state=State.SENDING,
        leased_until=now + LEASE,
        attempts=F("attempts") + 1,
        unanswered=F("unanswered") + 1,
    )
    if not begun:
        row.exclude(_is_valid()).update(state=State.SKIPPED, reply="The subscription has changed.")
        return False
    mail.attempts += 1
    mail.unanswered += 1
    return True


def _is_valid() -> Q:
    """Return the condition that what a letter says about its subscription is still true."""
    # Not by a join: PostgreSQL would not check the mail again once another worker unlocks it.
    active = Subscription.objects.filter(state=Subscription.State.ACTIVE)
    is_active = Exists(active.filter(pk=OuterRef("subscription_id")))
    return Q(subscription__isnull=False) & (
        Q(kind=Kind.PREFERENCES)
        | Q(kind=Kind.CONFIRM) & ~is_active
        | Q(kind=Kind.ALREADY_SUBSCRIBED) & is_active
    )


def end(mail: EmailDelivery, outcome: Outcome) -> None:
    """Record the outcome of a mail that this worker had begun."""
    now = timezone.now()
    rows = EmailDelivery.objects.filter(pk=mail.pk, leased_by=mail.leased_by, state=State.SENDING)
    rows.update(
        state=outcome.state,
        code=outcome.code,
        reply=outcome.reply[:300],
        not_before=outcome.wait and now + outcome.wait,
        unanswered=0 if outcome.has_reply else mail.unanswered,
        at=now,
    )


def skip(mail: EmailDelivery, reason: str) -> None:
    """End a mail that this worker had claimed and that is not to be sent."""
    _of(mail.leased_by).filter(pk=mail.pk).update(state=State.SKIPPED, reply=reason)


def release(mails: list[EmailDelivery]) -> None:
    """Return claimed mails that were not begun, so that they do not wait for the lease to end."""
    _of(mails[0].leased_by).update(state=State.WAITING)
