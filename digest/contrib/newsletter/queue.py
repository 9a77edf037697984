"""The queue of mails: rows that workers claim, begin and end, each by one conditional update.

Any worker can finish any row from the database alone. If one is killed, its claim lapses; only a
mail that had begun may reach its reader twice, with the same bytes.
"""

from contextlib import nullcontext
from datetime import timedelta
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import BooleanField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from digest.contrib.newsletter import progress
from digest.contrib.newsletter.conf import conf
from digest.contrib.newsletter.limits import LETTERS
from digest.contrib.newsletter.models import EmailDelivery, Mailing, Subscription
from digest.contrib.newsletter.outcomes import IS_SENDERS_FAULT, Cause, Outcome, State
from digest.contrib.newsletter.tokens import LIFETIMES, Purpose

Kind = EmailDelivery.Kind
LEASE = timedelta(minutes=5)
RENEW_BEFORE = timedelta(minutes=1)
CLAIMED_AT_ONCE = 100
# A mail is given up that was begun this often in a row without a reply.
MAX_UNANSWERED = 3
# With literals, since SQLite uses a partial index only if it sees that the condition holds.
OPEN_STATES = ", ".join(f"'{state}'" for state in EmailDelivery.OPEN)
IS_OPEN = RawSQL(f"state IN ({OPEN_STATES})", (), output_field=BooleanField())  # noqa: S611


# Claims


def _due(mails: QuerySet) -> QuerySet:
    """Return the mails that may be claimed: waiting ones, and those whose lease has lapsed."""
    now = timezone.now()
    waiting = Q(state=State.WAITING) & (Q(not_before=None) | Q(not_before__lte=now))
    lapsed = Q(state__in=[State.LEASED, State.SENDING], leased_until__lte=now)
    return mails.filter(IS_OPEN, waiting | lapsed)


def due_letters() -> QuerySet:
    # Without the first condition, the mails of all mailings would be looked at.
    return _due(EmailDelivery.objects.filter(mailing=None, kind__in=LETTERS))


def due_tests() -> QuerySet:
    return _due(EmailDelivery.objects.filter(mailing=None, kind=Kind.TEST))


def has_letters_to_send() -> bool:
    """Return whether a letter or a test may be sent now."""
    return due_tests().exists() or (due_letters().exists() and may_send_letters() > 0)


def may_send_letters() -> int:
    """Return how many letters DIGEST_NEWSLETTER_LETTERS_PER_HOUR allows now.

    Those that wait for another attempt do not count: a server that is down uses nothing up.
    """
    now = timezone.now()
    sent = Q(at__gt=now - timedelta(hours=1)) & ~Q(state=State.WAITING)
    claimed = Q(state__in=[State.LEASED, State.SENDING], leased_until__gt=now)
    used = EmailDelivery.objects.filter(sent | claimed, mailing=None, kind__in=LETTERS).count()
    return max(0, conf.NEWSLETTER_LETTERS_PER_HOUR - used)


def claim_letters() -> list[EmailDelivery]:
    """Claim tests of editors, and the oldest due letters if there is none, for five minutes."""
    give_up()
    if tests := _claim(due_tests(), CLAIMED_AT_ONCE, "user", "revision"):
        return tests
    limit = may_send_letters() if due_letters().exists() else 0
    return _claim(due_letters(), limit, "subscription__digest__locale") if limit else []


def claim_mails(mailing: Mailing) -> list[EmailDelivery]:
    """Claim the next due mails of a mailing, for five minutes."""
    mails = EmailDelivery.objects.filter(mailing=mailing)
    while claimed := _claim(_due(mails)):
        progress.note_claim(mailing)
        lost = [mail for mail in claimed if mail.unanswered >= MAX_UNANSWERED]
        for mail in lost:
            _of([mail]).update(state=State.UNKNOWN)
        if kept := [mail for mail in claimed if mail not in lost]:
            for mail in kept:
                mail.mailing = mailing  # once, since its text is large
            return kept
    return []


def _claim(due: QuerySet, limit: int = CLAIMED_AT_ONCE, *related: str) -> list[EmailDelivery]:
    worker, until = uuid4().hex, timezone.now() + LEASE
    can_lock = connection.features.has_select_for_update_skip_locked
    claimed, pks = 0, [0]
    while pks and not claimed:
        # SQLite does not lock rows: another worker may claim them between the two statements.
        with transaction.atomic() if can_lock else nullcontext():
            locked = due.order_by("pk").select_for_update(skip_locked=True, of=("self",))
            pks = list(locked.values_list("pk", flat=True)[: min(limit, CLAIMED_AT_ONCE)])
            claimed = due.filter(pk__in=pks).update(
                state=State.LEASED, leased_by=worker, leased_until=until
            )
    rows = EmailDelivery.objects.filter(pk__in=pks, leased_by=worker)
    return list(rows.select_related("subscription__subscriber", *related).order_by("pk"))


def _of(mails: list[EmailDelivery]) -> QuerySet:
    """Return the rows of mails that a worker has claimed and not begun."""
    pks = [mail.pk for mail in mails]
    return EmailDelivery.objects.filter(
        pk__in=pks, leased_by=mails[0].leased_by, state=State.LEASED
    )


def give_up() -> None:
    """End letters whose workers were killed time and again, and those whose link has expired."""
    lost = _due(EmailDelivery.objects.filter(mailing=None, unanswered__gte=MAX_UNANSWERED))
    lost.update(state=State.UNKNOWN)
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
    rows = _of(mails).filter(leased_until__gt=now)
    rows.update(leased_until=now + LEASE)
    for mail in mails:
        mail.leased_until = now + LEASE


# One mail


def begin(mail: EmailDelivery, may_go_on: Q | None = None) -> bool:
    """Mark a claimed mail as being sent.

    ``may_go_on`` is the condition about its mailing, by default ``progress.may_go_on``. False if
    the claim has lapsed, or if it must not be sent: it is skipped if that is about its reader, and
    stays claimed if it is about its mailing.
    """
    now = timezone.now()
    row = _of([mail]).filter(leased_until__gt=now)
    if may_go_on is None:
        may_go_on = progress.may_go_on(mail.mailing) if mail.mailing_id else Q()
    begun = row.filter(_is_valid(mail), may_go_on).update(
        state=State.SENDING,
        leased_until=now + LEASE,
        attempts=F("attempts") + 1,
        unanswered=F("unanswered") + 1,
        begun_at=Coalesce("begun_at", now),
    )
    if not begun:
        row.exclude(_is_valid(mail)).update(
            state=State.SKIPPED, reply="The subscription has changed."
        )
        return False
    mail.attempts += 1
    mail.unanswered += 1
    mail.begun_at = mail.begun_at or now
    return True


def _is_valid(mail: EmailDelivery) -> Q:
    """Return the condition that a mail is still right for its reader."""
    if mail.kind == Kind.TEST:
        return Q(user__isnull=False, revision__isnull=False)
    if mail.kind == Kind.PREFERENCES:
        return Q(subscription__isnull=False)
    # Not by a join: PostgreSQL would not check the mail again once another worker unlocks it.
    active = Subscription.objects.filter(state=Subscription.State.ACTIVE)
    is_active = Exists(active.filter(pk=OuterRef("subscription_id")))
    return Q(~is_active if mail.kind == Kind.CONFIRM else is_active, subscription__isnull=False)


def end(mail: EmailDelivery, outcome: Outcome) -> bool:
    """Record the outcome of a mail that this worker had begun; False if its lease has lapsed and
    another worker has taken the mail."""
    now = timezone.now()
    # What is about all mails of a mailing does not delay one of them.
    is_own_wait = outcome.wait and not (mail.mailing_id and outcome.concerns_all)
    rows = EmailDelivery.objects.filter(pk=mail.pk, leased_by=mail.leased_by, state=State.SENDING)
    ended = rows.update(
        state=outcome.state,
        code=outcome.code,
        reply=outcome.reply[:300],
        provider_id=outcome.provider_id[:255],
        not_before=now + outcome.wait if is_own_wait else None,
        unanswered=_unanswered(mail, outcome),
        at=now,
    )
    return bool(ended)


def _unanswered(mail: EmailDelivery, outcome: Outcome) -> int:
    """Return how often in a row the server may have had a mail without a reply about it."""
    if outcome.cause is Cause.NO_REPLY:
        return mail.unanswered
    # A server that takes no mail says nothing about an earlier attempt.
    return mail.unanswered - 1 if outcome.concerns_all else 0


def skip(mail: EmailDelivery, reason: str) -> None:
    """End a mail that this worker had claimed and that is not to be sent."""
    _of([mail]).update(state=State.SKIPPED, reply=reason)


def release(mails: list[EmailDelivery]) -> None:
    """Return claimed mails that were not begun, so that they do not wait for the lease to end."""
    _of(mails).update(state=State.WAITING)


# What editors decide about mails that have ended


@transaction.atomic
def mark_accepted(mail: EmailDelivery) -> None:
    """Record that a mail of unknown state has arrived; raise ValidationError if that is known."""
    mailing = _lock_mailing(mail.mailing_id)
    rows = EmailDelivery.objects.filter(pk=mail.pk, state=State.UNKNOWN)
    if not rows.update(state=State.ACCEPTED):
        raise ValidationError(_("The state of this mail is known by now."))
    if mailing:
        progress.recount(mailing, before=State.UNKNOWN, after=State.ACCEPTED)


def _lock_mailing(pk: int | None) -> Mailing | None:
    """Lock a mailing before its mails, as where they are sent again."""
    rows = Mailing.objects.select_for_update().only("counts")
    return rows.filter(pk=pk).first() if pk else None


@transaction.atomic
def send_again(mail: EmailDelivery) -> None:
    """Send a mail again that was refused or whose state is unknown; raise ValidationError."""
    if mail.mailing_id:
        progress.reopen(mail.mailing)
    ended = EmailDelivery.objects.filter(pk=mail.pk, state__in=[State.REFUSED, State.UNKNOWN])
    if not _wait_again(ended.filter(_is_valid(mail))):
        raise ValidationError(_("This mail is not to be sent again."))


@transaction.atomic
def send_refused_again(mailing: Mailing) -> int:
    """Send the mails again that were not refused because of the address; return their number.

    Raise ValidationError if the mailing cannot go on.
    """
    progress.reopen(mailing)
    # To others they would be skipped, and their suppression could not be lifted any more.
    active = Subscription.objects.filter(state=Subscription.State.ACTIVE).values("pk")
    refused = mailing.deliveries.filter(state=State.REFUSED, subscription__in=active)
    return _wait_again(refused.filter(IS_SENDERS_FAULT))


def _wait_again(mails: QuerySet) -> int:
    return mails.update(
        state=State.WAITING,
        unanswered=0,
        begun_at=None,
        not_before=None,
        provider_id="",
        event="",
    )


def discard(letters: QuerySet) -> int:
    """Skip waiting letters that a user discards; return their number."""
    waiting = letters.filter(state=State.WAITING)
    return waiting.update(state=State.SKIPPED, reply="Discarded in the admin.")


# What providers report later


@transaction.atomic
def record_event(
    mail: EmailDelivery, event: str, outranked: list[str], is_refusal: bool, code: str, reply: str
) -> bool:
    """Record an event about an accepted mail; False unless it outranks the last one."""
    rows = EmailDelivery.objects.filter(pk=mail.pk, event__in=outranked)
    if is_refusal:
        _refuse_late(rows, mail.mailing_id, code, reply)
    return bool(rows.update(event=event))


def _refuse_late(mails: QuerySet, mailing_pk: int | None, code: str, reply: str) -> None:
    mailing = _lock_mailing(mailing_pk)
    accepted = mails.filter(state=State.ACCEPTED)
    if accepted.update(state=State.REFUSED, code=code, reply=reply[:300]) and mailing:
        progress.recount(mailing, before=State.ACCEPTED, after=State.REFUSED)
