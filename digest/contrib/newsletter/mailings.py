"""The states of mailings until they start, and what editors do with them then.

A mailing is created when its issue becomes public, or by an editor. ``progress`` starts it when it
is due. Whoever changes it locks its row, so that an editor and a worker do not overtake each other.
"""

from collections.abc import Container, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from digest import visibility
from digest.contrib.newsletter.models import EmailDelivery, Mailing, NewsletterSettings
from digest.pages.listing import with_digests
from digest.pages.page_models import get_digest_page_model, get_issue_page_model, parent_of
from digest.pages.provenance import with_provenance
from digest.pages.time_zones import today_in

Kind = Mailing.Kind
State = Mailing.State
Reason = Mailing.Reason

OLD_AFTER = timedelta(days=2)
LATE_AFTER = timedelta(hours=6)
# States from which an editor can send the mailing of an issue.
UNSENT = (State.DRAFT, State.SCHEDULED, State.HELD, State.SKIPPED)
# States in which a mailing may still reach readers without being sent anew.
UNFINISHED = (State.SCHEDULED, State.SENDING, State.PAUSED, State.HELD)
# Mails are deleted after a month, and what a mailing counts with them.
MAILS_KNOWN_FOR = timedelta(days=29)
# States of a mailing that has started and can go on.
INTERRUPTED = (State.PAUSED, State.HELD, State.STOPPED)
# States of mails that have arrived, or may have.
RECEIVED = (EmailDelivery.State.ACCEPTED, EmailDelivery.State.UNKNOWN)


def of_issue(issue: Any) -> Mailing | None:
    """Return the mailing of an issue; corrections are others."""
    return Mailing.objects.filter(issue=issue.pk, kind=Kind.ISSUE).first() if issue.pk else None


def may_be_sent(issue: Any) -> bool:
    """Return whether an issue and its digest, which every mail names, are public."""
    return visibility.is_public(issue) and _has_public_digest(issue)


def _has_public_digest(issue: Any) -> bool:
    digests = get_digest_page_model().objects.parent_of(issue)
    return visibility.public(digests).exists()


# Mailings that nobody asks for


def is_unreviewed(mailing: Mailing) -> bool:
    """Return whether nobody has approved what a mailing would send, nor asked to send it."""
    if mailing.kind != Kind.ISSUE or mailing.issue is None or _is_decided(mailing):
        return False
    if is_approved(mailing.issue):
        return False
    newsletter = settings_of(mailing.issue)
    return newsletter is None or not newsletter.sends_unreviewed


def _is_decided(mailing: Mailing) -> bool:
    """Return whether an editor has decided to send what is live, and not what was before it."""
    if mailing.decided_at is None:
        return False
    published_at = mailing.issue.last_published_at  # None if code has made it live
    return published_at is None or mailing.decided_at > published_at


def is_approved(issue: Any) -> bool:
    """Return whether editors have written an issue, or a person has approved what is live."""
    return issue.provenance is None or issue.provenance.is_reviewed


def approved_since(mailings: Iterable[Mailing]) -> set[int]:
    """Return which mailings that are held without an approval have it now, by primary key."""
    held = {mailing.issue_id: mailing.pk for mailing in mailings if _lacks_approval(mailing)}
    held.pop(None, None)
    if not held:
        return set()
    issues = with_digests(get_issue_page_model().objects.filter(pk__in=held).defer("body"))
    return {held[issue.pk] for issue in with_provenance(issues) if is_approved(issue)}


def _lacks_approval(mailing: Mailing) -> bool:
    return mailing.state == State.HELD and mailing.reason == Reason.UNREVIEWED


def settings_of(issue: Any) -> NewsletterSettings | None:
    """Return the newsletter of the digest that an issue is in now, which it may have moved to."""
    return NewsletterSettings.objects.filter(digest=parent_of(issue).pk).first()


@transaction.atomic
def plan(issue: Any) -> Mailing | None:
    """Schedule the mailing of an issue that is public for the first time, if its digest sends.

    Return None if nothing has changed. Running it again changes nothing.
    """
    found = Mailing.objects.select_for_update().filter(issue=issue.pk, kind=Kind.ISSUE).first()
    if found and not _may_be_planned(found):
        return None
    # Somebody wants it sent, whatever the digest does by itself.
    is_scheduled = found is not None and found.state == State.SCHEDULED and found.decided_at
    newsletter = settings_of(issue)
    sends = newsletter is not None and newsletter.sends_on_publish
    if not (is_scheduled or sends) or not may_be_sent(issue):
        return None
    mailing = _lock_or_create(issue)
    if not _may_be_planned(mailing):  # created by an editor in the meantime
        return None
    if not is_scheduled and (reason := _reason_to_skip(issue)):
        return _save(mailing, state=State.SKIPPED, reason=reason)
    delay = newsletter.delay_minutes if newsletter else 0
    due_at = timezone.now() + timedelta(minutes=delay)
    return _save(mailing, state=State.SCHEDULED, reason="", due_at=due_at)


def _may_be_planned(mailing: Mailing) -> bool:
    """Return whether a mailing is prepared, or waits for its issue to become public."""
    is_waiting = mailing.state == State.SCHEDULED and mailing.due_at is None
    return is_waiting or mailing.state == State.DRAFT


def _reason_to_skip(issue: Any) -> Reason | None:
    """Return why a public issue is never sent by itself.

    An alias has a row, too, so that it is not new once it is converted to an issue of its own.
    """
    if issue.alias_of_id:
        return Reason.ALIAS
    return Reason.OLD if is_old(issue) else None


def is_old(issue: Any) -> bool:
    """Return whether an issue is too old to be sent by itself, such as an imported one."""
    return issue.date < today_in(parent_of(issue)) - OLD_AFTER


def plan_missing() -> None:
    """Plan the mailings of issues that became public without being saved, such as by a move.

    Mailings of deleted issues wait no more.
    """
    deleted = Mailing.objects.filter(state=State.SCHEDULED, issue=None)
    deleted.update(state=State.SKIPPED, reason=Reason.NOT_PUBLIC)
    rows = Mailing.objects.filter(kind=Kind.ISSUE, issue=OuterRef("pk"))
    waiting = rows.filter(state=State.SCHEDULED, due_at=None)
    found = list(_public_issues().filter(Exists(waiting)))
    for newsletter in NewsletterSettings.objects.filter(sends_on_publish=True):
        issues = _public_issues(newsletter.digest)
        found += issues.exclude(Exists(rows.exclude(state=State.DRAFT)))
    for issue in found:
        plan(issue)


@transaction.atomic
def skip_public(digest: Any) -> None:
    """Skip all public issues of a digest that begins to send, so that no edit of one sends it."""
    rows = Mailing.objects.filter(kind=Kind.ISSUE, issue=OuterRef("pk"))
    for issue in _public_issues(digest).exclude(Exists(rows.exclude(state=State.DRAFT))):
        mailing = _lock_or_create(issue)
        _save(mailing, state=State.SKIPPED, reason=Reason.PUBLIC_BEFORE)


@transaction.atomic
def wait_for_publication(issue: Any) -> None:
    """Have a mailing that has not started wait for its unpublished issue to be public again.

    The time that an editor has chosen stays: if the issue is not public then, it waits.
    """
    rows = Mailing.objects.filter(issue=issue.pk, kind=Kind.ISSUE, state=State.SCHEDULED)
    rows.filter(decided_at=None).update(due_at=None)


def _public_issues(digest: Any = None) -> QuerySet:
    issues = get_issue_page_model().objects.all()
    return visibility.public(issues.child_of(digest) if digest else issues)


def _new(issue: Any) -> Mailing:
    return Mailing(issue_id=issue.pk, digest_id=parent_of(issue).pk, issue_title=issue.title)


def _save(mailing: Mailing, **fields: Any) -> Mailing:
    for name, value in fields.items():
        setattr(mailing, name, value)
    mailing.save()
    return mailing


def _decide(mailing: Mailing, user: Any, **fields: Any) -> Mailing:
    """Save what a user has decided; without one, nobody has."""
    return _save(mailing, user=user, decided_at=timezone.now() if user else None, **fields)


# What editors do. Each raises ValidationError, with a message for the editor, if it is not possible


@transaction.atomic
def save_draft(issue: Any, subject: str, preheader: str) -> Mailing:
    """Store the subject and the preheader of an issue's mailing; empty for those of the issue."""
    mailing = _lock_or_create(issue)
    _require(mailing, () if mailing.started_at else UNSENT)
    return _save(mailing, subject=subject, preheader=preheader)


@transaction.atomic
def schedule(issue: Any, user: Any, at: datetime | None = None) -> Mailing:
    """Send an issue at a time, by default now.

    If it is not public then, the mailing waits for it.
    """
    mailing = _lock_or_create(issue)
    _require(mailing, () if mailing.started_at else UNSENT)
    if reasons := reasons_not_to_send(issue):
        raise ValidationError(reasons)
    due_at = at or timezone.now()
    return _decide(mailing, user, state=State.SCHEDULED, reason="", due_at=due_at)


def reasons_not_to_send(issue: Any) -> list[str]:
    """Return what has to be done before an issue can be sent, for the editor."""
    newsletter = settings_of(issue)
    found = []
    if issue.alias_of_id:
        found.append(_("An alias is not sent: its readers get the original."))
    if newsletter is None or not newsletter.imprint.strip():
        found.append(_("The newsletter needs an imprint: see its settings."))
    return found


@transaction.atomic
def cancel(mailing: Mailing, user: Any) -> Mailing:
    """Skip a mailing that has not started."""
    locked = _lock(mailing)
    _require(locked, (State.SCHEDULED, State.HELD))
    if locked.started_at:
        raise ValidationError(_("Some readers have the mail already: stop the mailing instead."))
    return _decide(locked, user, state=State.SKIPPED, reason=Reason.CANCELLED)


@transaction.atomic
def pause(mailing: Mailing, user: Any) -> Mailing:
    """Pause a mailing that is being sent; the mail in flight is still sent."""
    locked = _lock(mailing)
    _require(locked, (State.SENDING,))
    return _decide(locked, user, state=State.PAUSED, reason=Reason.EDITOR)


@transaction.atomic
def stop(mailing: Mailing, user: Any) -> Mailing:
    """Stop a mailing that has started; ``resume`` continues it."""
    locked = _lock(mailing)
    _require(locked, (State.SENDING, State.PAUSED, State.HELD))
    if not locked.started_at:
        raise ValidationError(_("It has not started: cancel it instead."))
    return _decide(locked, user, state=State.STOPPED, reason=Reason.EDITOR)


@transaction.atomic
def resume(mailing: Mailing, user: Any) -> Mailing:
    """Continue a paused, held or stopped mailing, with the text that was frozen."""
    locked = _lock(mailing)
    _require(locked, INTERRUPTED)
    sent = _corrections(locked).exclude(state=State.SKIPPED)
    if locked.kind == Kind.ISSUE and sent.exists():
        raise ValidationError(_("A correction was sent: this one would be sent after it."))
    if locked.issue is None or not may_be_sent(locked.issue):
        raise ValidationError(_("The issue is not public."))
    now = timezone.now()
    return _decide(
        locked,
        user,
        state=State.SENDING if locked.started_at else State.SCHEDULED,
        reason="",
        reply="",
        due_at=now,
        active_at=now,
        not_before=None,
        refused_in_row=0,
        unanswered_in_row=0,
    )


@transaction.atomic
def correct(original: Mailing, user: Any, subject: str, note: str, audience: str) -> Mailing:
    """Send the issue once more, as it is now, with a note on what was wrong."""
    locked = _lock(original)
    _require(locked, (State.STOPPED, State.DONE))
    if locked.issue is None or not may_be_sent(locked.issue):
        raise ValidationError(_("The issue is not public."))
    if not locked.started_at:
        raise ValidationError(_("Nobody has received the issue."))
    if _corrections(locked).filter(state__in=UNFINISHED).exists():
        raise ValidationError(_("A correction of this issue is on its way already."))
    is_forgotten = locked.started_at < timezone.now() - MAILS_KNOWN_FOR
    if audience == Mailing.Audience.RECEIVED and (is_forgotten or not _was_received(locked)):
        raise ValidationError(_("It is not known, or not any more, who has received the issue."))
    correction = _new(locked.issue)
    return _decide(
        correction,
        user,
        kind=Kind.CORRECTION,
        state=State.SCHEDULED,
        due_at=timezone.now(),
        subject=subject,
        note=note,
        audience=audience,
    )


def _corrections(mailing: Mailing) -> QuerySet:
    return Mailing.objects.filter(issue=mailing.issue_id, kind=Kind.CORRECTION)


def _was_received(mailing: Mailing) -> bool:
    return mailing.deliveries.filter(state__in=RECEIVED).exists()


def _lock_or_create(issue: Any) -> Mailing:
    """Return the mailing of an issue, which nobody else changes until the transaction ends."""
    defaults = {"digest_id": parent_of(issue).pk, "issue_title": issue.title}
    rows = Mailing.objects.select_for_update()
    return rows.get_or_create(issue_id=issue.pk, kind=Kind.ISSUE, defaults=defaults)[0]


def _lock(mailing: Mailing) -> Mailing:
    return Mailing.objects.select_for_update().get(pk=mailing.pk)


def _require(mailing: Mailing, states: Container[str]) -> None:
    if mailing.state not in states:
        message = _("This is not possible any more: the mailing is “%(state)s”.")
        raise ValidationError(message % {"state": mailing.get_state_display()})


# What workers and operators do


@transaction.atomic
def hold_all() -> int:
    """Hold all mailings after the restore of a backup; return their number.

    Those that are scheduled or being sent, and those of issues that the restored database does not
    have as published, but that readers may have: they are published again.
    """
    issues = [issue for digest in _sending_digests() for issue in _unpublished_by_today(digest)]
    for issue in issues:
        _save(_lock_or_create(issue), state=State.HELD, reason=Reason.RESTORED)
    rows = Mailing.objects.filter(state__in=[State.SCHEDULED, State.SENDING])
    return len(issues) + rows.update(state=State.HELD, reason=Reason.RESTORED)


def _sending_digests() -> list[Any]:
    rows = NewsletterSettings.objects.filter(sends_on_publish=True).select_related("digest")
    return [newsletter.digest for newsletter in rows]


def _unpublished_by_today(digest: Any) -> QuerySet:
    rows = Mailing.objects.filter(kind=Kind.ISSUE, issue=OuterRef("pk")).exclude(state=State.DRAFT)
    issues = get_issue_page_model().objects.child_of(digest)
    drafts = issues.filter(alias_of=None, live=False, date__lte=today_in(digest))
    return drafts.exclude(Exists(rows))
