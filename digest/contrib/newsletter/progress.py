"""The progress of mailings: what workers do with them, from the start until they are done.

A mailing is started and filled by whichever worker comes first: each step is one transaction.
"""

import logging
from collections import Counter
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from digest import visibility
from digest.caching import content_version
from digest.caching.content_version import ContentVersion
from digest.conf import get_base_page_model
from digest.contrib.newsletter import composing, mailings
from digest.contrib.newsletter.mailings import LATE_AFTER, MAILS_KNOWN_FOR
from digest.contrib.newsletter.messages import freeze
from digest.contrib.newsletter.models import (
    EmailDelivery,
    Mailing,
    NewsletterSettings,
    Subscription,
)
from digest.contrib.newsletter.outcomes import Cause, Outcome
from digest.pages.page_models import parent_of

logger = logging.getLogger(__name__)

Reason = Mailing.Reason
State = Mailing.State
FILLED_AT_ONCE = 10_000
# So that the first mail is sent within a second.
FILLED_AT_FIRST = 1_000
# How long no page expires, if none will.
VALID_FOR = timedelta(minutes=5)
MAX_REFUSED_IN_ROW = 10
MAX_UNANSWERED_IN_ROW = 3


# Start and fill


def due() -> QuerySet:
    """Return the mailings that are to be started."""
    return Mailing.objects.filter(state=State.SCHEDULED, due_at__lte=timezone.now())


def start_due() -> None:
    """Start the mailings that are due, and hold those that are late."""
    hold_interrupted()
    for mailing in due().order_by("due_at"):
        start(mailing)


def hold_interrupted() -> None:
    """Hold mailings that no worker has continued for hours, as after the restore of a backup."""
    late = timezone.now() - LATE_AFTER
    rows = Mailing.objects.filter(state=State.SENDING, active_at__lt=late)
    rows.update(state=State.HELD, reason=Reason.LATE)


@transaction.atomic
def start(mailing: Mailing) -> None:
    """Freeze what is sent, or hold the mailing if a person has to decide."""
    locked = due().select_for_update().filter(pk=mailing.pk).first()
    if locked is None:  # An editor or another worker was first.
        return
    is_public = locked.issue is not None and mailings.may_be_sent(locked.issue)
    if locked.due_at < timezone.now() - LATE_AFTER:
        _hold(locked, Reason.LATE)
    elif is_public:
        _freeze(locked)
    elif locked.issue and locked.kind == Mailing.Kind.ISSUE:
        locked.due_at = None  # until it is public again
        locked.save()
    else:
        _hold(locked, Reason.NOT_PUBLIC)


def _hold(mailing: Mailing, reason: Reason) -> None:
    mailing.state, mailing.reason = State.HELD, reason
    mailing.save()


def _freeze(mailing: Mailing) -> None:
    newsletter = mailings.settings_of(mailing.issue)
    # First: whoever releases a mailing for another reason has asked for it.
    if mailings.is_unreviewed(mailing):
        _hold(mailing, Reason.UNREVIEWED)
    elif newsletter is None or not newsletter.imprint.strip():
        _hold(mailing, Reason.NO_IMPRINT)
    elif mail := _compose(mailing, newsletter):
        _freeze_mail(mailing, newsletter, mail)
    else:
        _hold(mailing, Reason.CONFIGURATION)


def _compose(mailing: Mailing, newsletter: NewsletterSettings) -> composing.Composed | None:
    try:
        with transaction.atomic():
            return composing.compose(
                mailing.issue,
                newsletter,
                subject=mailing.subject,
                preheader=mailing.preheader,
                note=mailing.note,
            )
    except Exception:  # such as one in a template of the site
        logger.exception("The mail of the issue %s could not be composed.", mailing)
        return None


def _freeze_mail(
    mailing: Mailing, newsletter: NewsletterSettings, mail: composing.Composed
) -> None:
    """Store what is sent, and to how many readers."""
    mailing.digest = parent_of(mailing.issue).specific  # which it may have been moved to
    mailing.issue_title = mailing.issue.title
    mailing.sender = freeze(mailing.issue, newsletter)
    mailing.subject, mailing.preheader = mail.subject, mail.preheader
    mailing.html, mailing.text = mail.html, mail.text
    mailing.state, mailing.reason = State.SENDING, ""
    mailing.started_at = mailing.active_at = timezone.now()
    recipients = _recipients(mailing)
    mailing.fill_until = recipients.aggregate(last=Max("pk"))["last"] or 0
    mailing.planned = recipients.count()
    mailing.save()


def _recipients(mailing: Mailing) -> QuerySet:
    active = Subscription.objects.filter(digest=mailing.digest_id, state=Subscription.State.ACTIVE)
    if mailing.audience == Mailing.Audience.ACTIVE:
        return active
    return active.filter(Exists(_received(mailing).filter(subscription=OuterRef("pk"))))


def _received(mailing: Mailing) -> QuerySet:
    """Return the mails of the issue itself that have arrived, or may have."""
    original = Mailing.objects.filter(issue=mailing.issue_id, kind=Mailing.Kind.ISSUE)
    return EmailDelivery.objects.filter(mailing__in=original, state__in=mailings.RECEIVED)


@transaction.atomic
def fill(mailing: Mailing) -> bool:
    """Write the next rows of a mailing; False if there are none, or another worker does so."""
    if mailing.filled_to >= mailing.fill_until:
        return False
    rest = _recipients(mailing).filter(pk__gt=mailing.filled_to, pk__lte=mailing.fill_until)
    chunk = rest.order_by("pk").values_list("pk", flat=True)
    size = FILLED_AT_ONCE if mailing.filled_to else FILLED_AT_FIRST
    last = chunk[size - 1 : size].first() or mailing.fill_until
    rows = Mailing.objects.filter(pk=mailing.pk, state=State.SENDING, filled_to=mailing.filled_to)
    if not rows.update(filled_to=last):
        return False
    _insert_mails(mailing, chunk.filter(pk__lte=last))
    mailing.filled_to = last
    return True


def _insert_mails(mailing: Mailing, subscriptions: QuerySet) -> None:
    """Insert a mail for each subscription, in the database: several times as fast as by rows."""
    mail = EmailDelivery(kind=EmailDelivery.Kind.ISSUE, mailing=mailing)
    meta = EmailDelivery._meta
    fields = [
        field
        for field in meta.concrete_fields
        if not field.primary_key and field.name != "subscription"
    ]
    columns = [field.column for field in fields] + [meta.get_field("subscription").column]
    values = [field.get_db_prep_save(field.pre_save(mail, True), connection) for field in fields]
    chosen, parameters = subscriptions.order_by().query.sql_with_params()
    quote = connection.ops.quote_name
    sql = (
        f"INSERT INTO {quote(meta.db_table)} ({', '.join(map(quote, columns))}) "  # noqa: S608
        f"SELECT {', '.join(['%s'] * len(values))}, chosen.* FROM ({chosen}) AS chosen "
        "WHERE TRUE ON CONFLICT DO NOTHING"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, *parameters])


# While it is being sent


def being_sent() -> QuerySet:
    """Return the mailings whose mails may be sent now, the one that has waited longest first."""
    now = timezone.now()
    is_due = Q(not_before=None) | Q(not_before__lte=now)
    return Mailing.objects.filter(is_due, state=State.SENDING).order_by("active_at", "pk")


def continued() -> QuerySet:
    """Return those that an editor has continued, and of which no worker has claimed mails since."""
    return being_sent().filter(active_at=F("due_at"))


def note_claim(mailing: Mailing) -> None:
    Mailing.objects.filter(pk=mailing.pk).update(active_at=timezone.now())


def may_go_on(mailing: Mailing) -> Q:
    """Return the condition that a mail of a mailing may be sent now: it is not paused or stopped,
    and its issue and its digest are public."""
    rows = Mailing.objects.filter(pk=mailing.pk, state=State.SENDING)
    pages = get_base_page_model().objects.order_by()  # all that visibility depends on, and no join
    with visibility.snapshot():
        issue = visibility.public(pages.filter(pk=mailing.issue_id))
        digest = visibility.public(pages.filter(pk=mailing.digest_id))
    return Q(Exists(rows), Exists(issue), Exists(digest))


class Condition(NamedTuple):
    """A condition under which the mails of a mailing may be sent, and until when it holds."""

    query: Q
    until: datetime


def condition(mailing: Mailing) -> Condition:
    """Return the condition that nothing has changed that readers see, if a mailing goes on now.

    That costs one look-up for each mail, and ``may_go_on`` several queries. Without a content
    version, and if the mailing does not go on, it is ``may_go_on`` itself.
    """
    token, now = content_version.current(), timezone.now()
    full = may_go_on(mailing)
    if token is None or not Mailing.objects.filter(full, pk=mailing.pk).exists():
        return Condition(full, now)
    rows = Mailing.objects.filter(pk=mailing.pk, state=State.SENDING)
    unchanged = Exists(ContentVersion.objects.filter(token=token))
    return Condition(Q(Exists(rows), unchanged), visibility.next_expiry() or now + VALID_FOR)


@transaction.atomic
def goes_on(mailing: Mailing) -> bool:
    """Return whether a mailing is being sent; stop it if its issue is not public any more."""
    rows = Mailing.objects.filter(pk=mailing.pk, state=State.SENDING)
    if rows.filter(may_go_on(mailing)).exists():
        return True
    # Locked, since an editor may do something at the same time.
    locked = rows.select_for_update().first()
    if locked and not rows.filter(may_go_on(locked)).exists():
        rows.update(state=State.STOPPED, reason=Reason.NOT_PUBLIC)
    return False


def note(mailing: Mailing, outcome: Outcome) -> None:
    """Have the other mails wait, or pause the mailing, if an outcome is about more than one."""
    rows = Mailing.objects.filter(pk=mailing.pk, state=State.SENDING)
    if outcome.state == EmailDelivery.State.ACCEPTED:
        # No query for most mails; what other workers count since the claim, they reset.
        if mailing.refused_in_row or mailing.unanswered_in_row:
            rows.update(refused_in_row=0, unanswered_in_row=0)
            mailing.refused_in_row = mailing.unanswered_in_row = 0
    elif outcome.cause is Cause.SERVER:
        rows.update(not_before=timezone.now() + outcome.wait)
    elif outcome.cause is Cause.OUTAGE:
        _pause(rows, Reason.OUTAGE, outcome)
    elif outcome.cause is Cause.CONFIGURATION:
        _pause(rows, Reason.CONFIGURATION, outcome)
    elif outcome.cause in (Cause.ADDRESS, Cause.POLICY):
        mailing.refused_in_row += 1
        rows.update(refused_in_row=F("refused_in_row") + 1)
        _pause(rows.filter(refused_in_row__gte=MAX_REFUSED_IN_ROW), Reason.REFUSED, outcome)
    elif outcome.cause is Cause.NO_REPLY:
        mailing.unanswered_in_row += 1
        rows.update(unanswered_in_row=F("unanswered_in_row") + 1)
        lost = rows.filter(unanswered_in_row__gte=MAX_UNANSWERED_IN_ROW)
        _pause(lost, Reason.NO_REPLY, outcome)


def _pause(rows: QuerySet, reason: Reason, outcome: Outcome) -> None:
    reply = f"{outcome.code} {outcome.reply}".strip()[:300]
    rows.update(state=State.PAUSED, reason=reason, reply=reply)


# The end


@transaction.atomic
def finish(mailing: Mailing) -> None:
    """End a mailing whose rows are all written and all ended, and store how many there were."""
    rows = Mailing.objects.filter(pk=mailing.pk, state=State.SENDING)
    locked = rows.filter(filled_to__gte=F("fill_until")).select_for_update().first()
    if locked is None or locked.deliveries.filter(state__in=EmailDelivery.OPEN).exists():
        return
    found = locked.deliveries.order_by().values_list("state").annotate(number=Count("pk"))
    counts: dict[str, Any] = dict(found)
    rows.update(
        state=State.DONE,
        reason="",
        finished_at=timezone.now(),
        counts=counts,
        planned=sum(counts.values()),
    )


def recount(mailing: Mailing, before: str, after: str) -> None:
    """Count a mail of a locked mailing, if that is done, in another state than before."""
    if mailing.counts:
        counts = Counter(mailing.counts)
        counts.update({before: -1, after: 1})
        Mailing.objects.filter(pk=mailing.pk).update(counts=counts)


@transaction.atomic
def reopen(mailing: Mailing) -> None:
    """Let a mailing that is done send some of its mails again; raise ValidationError."""
    locked = Mailing.objects.select_for_update().get(pk=mailing.pk)
    now = timezone.now()
    if locked.started_at is None or locked.started_at < now - MAILS_KNOWN_FOR:
        raise ValidationError(_("The mailing is too old."))
    if locked.issue is None or not mailings.may_be_sent(locked.issue):
        raise ValidationError(_("The issue is not public."))
    if locked.state == State.DONE:
        locked.state, locked.finished_at = State.SENDING, None
        locked.due_at = locked.active_at = now
        locked.save()
