"""Which issues get a mailing by themselves, and what editors do with mailings."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import timezone
from wagtail.models import Locale, Page

from digest.caching import content_version
from digest.contrib.newsletter import mailings, sending
from digest.contrib.newsletter.models import EmailDelivery, Mailing, NewsletterSettings
from digest.pages.time_zones import today_in
from tests.builders import make_digest, make_issue, restrict
from tests.contrib.newsletter.issues import (
    make_due,
    make_mailing,
    open_sending_newsletter,
    publish_issue,
    start_mailing,
)
from tests.contrib.newsletter.readers import open_newsletter, subscribe
from tests.publishing.scheduling.schedules import make_due as make_schedule_due
from tests.publishing.scheduling.schedules import schedule
from tests.visibility import hidden, shown
from tests.visibility.states import ELSEWHERE, HIDDEN, PUBLIC

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def sending_digest(digest):
    open_sending_newsletter(digest)
    return digest


def of(issue):
    return Mailing.objects.get(issue=issue)


def state_of(issue):
    found = of(issue)
    return found.state, found.reason


def minutes_until(mailing):
    return round((mailing.due_at - timezone.now()) / MINUTE)


# By themselves


def test_published_issue_is_sent_after_the_delay(sending_digest):
    issue = publish_issue(sending_digest)
    assert (state_of(issue), minutes_until(of(issue))) == (("scheduled", ""), 10)
    due_at = of(issue).due_at
    issue.title = "Changed"
    issue.save_revision().publish()
    mailings.plan_missing()
    assert of(issue).due_at == due_at


def test_digest_that_does_not_send_gets_no_mailing(digest):
    publish_issue(digest)
    open_newsletter(digest, imprint="Desk")
    publish_issue(digest, slug="other")
    mailings.plan_missing()
    assert not Mailing.objects.exists()


def test_draft_and_scheduled_page_get_none_until_they_are_public(sending_digest):
    publish_issue(sending_digest, publish=False, slug="draft")
    issue = make_issue(sending_digest, today_in(sending_digest), publish=False)
    make_schedule_due(schedule(issue))
    mailings.plan_missing()
    assert not Mailing.objects.exists()
    call_command("publish_scheduled")
    assert state_of(issue) == ("scheduled", "")


def test_issue_is_sent_once_whatever_happens_to_it(digest):
    mailing = make_mailing(digest)
    sending.run()
    issue = mailing.issue
    issue.unpublish()
    issue.save_revision().publish()
    restrict(issue).delete()
    issue.refresh_from_db()
    issue.move(make_digest(digest.get_parent(), "weekly"), "last-child")
    mailings.plan_missing()
    sending.run()
    assert (Mailing.objects.count(), len(mail.outbox)) == (1, 1)


def test_issue_of_another_week_is_skipped(sending_digest):
    day = today_in(sending_digest)
    issues = [make_issue(sending_digest, day - timedelta(days=days)) for days in range(5)]
    states = [state_of(issue) for issue in issues]
    assert states == [("scheduled", "")] * 3 + [("skipped", "old")] * 2


def test_switching_on_skips_the_public_issues(digest):
    open_newsletter(digest, imprint="Desk")
    issue = publish_issue(digest)
    settings = NewsletterSettings.objects.get()
    settings.sends_on_publish = True
    settings.save()
    issue.save_revision().publish()
    mailings.plan_missing()
    assert state_of(issue) == ("skipped", "public_before")


def test_unpublished_issue_waits_until_it_is_public_again(sending_digest):
    issue = publish_issue(sending_digest)
    issue.unpublish()
    assert (state_of(issue), of(issue).due_at) == (("scheduled", ""), None)
    issue.save_revision().publish()
    assert minutes_until(of(issue)) == 10


@pytest.mark.parametrize("change", ["old", "switched off"])
def test_issue_that_is_published_again_is_sent_only_as_a_new_one_would_be(sending_digest, change):
    issue = publish_issue(sending_digest)
    issue.unpublish()
    if change == "old":
        issue.date -= timedelta(days=90)
    else:
        NewsletterSettings.objects.update(sends_on_publish=False)
    issue.save_revision().publish()
    mailings.plan_missing()
    skipped, waits = ("skipped", "old"), ("scheduled", "")
    assert state_of(issue) == (skipped if change == "old" else waits)
    assert change == "old" or of(issue).due_at is None


def test_time_that_an_editor_has_chosen_outlives_an_unpublish(sending_digest, admin_user):
    issue, at = publish_issue(sending_digest), timezone.now() + timedelta(days=3)
    mailings.schedule(issue, admin_user, at)
    issue.unpublish()
    issue.save_revision().publish()
    assert of(issue).due_at == at


def test_issue_that_is_private_no_more_is_planned(sending_digest):
    restriction = restrict(sending_digest)
    issue = publish_issue(sending_digest)
    mailings.plan_missing()
    assert not Mailing.objects.exists()
    restriction.delete()
    mailings.plan_missing()
    assert state_of(issue) == ("scheduled", "")


def test_alias_is_never_sent_even_once_it_is_converted(sending_digest, home_page):
    weekly = make_digest(home_page, "weekly")
    open_sending_newsletter(weekly)
    alias = publish_issue(sending_digest).create_alias(parent=weekly).specific
    mailings.plan_missing()
    assert state_of(alias) == ("skipped", "alias")
    type(alias).objects.filter(pk=alias.pk).update(alias_of=None)
    alias.refresh_from_db()
    alias.save_revision().publish()
    assert state_of(alias) == ("skipped", "alias")


def test_copied_digest_sends_nothing(sending_digest):
    publish_issue(sending_digest)
    digest = type(sending_digest).objects.get(pk=sending_digest.pk)
    digest.copy(recursive=True, keep_live=True, update_attrs={"slug": "copy", "title": "Copy"})
    mailings.plan_missing()
    assert Mailing.objects.count() == 1


def test_translation_is_a_draft_first(sending_digest, settings):
    settings.WAGTAIL_I18N_ENABLED = True
    locale = Locale.objects.create(language_code="fr")
    publish_issue(sending_digest).copy_for_translation(locale, copy_parents=True)
    mailings.plan_missing()
    assert Mailing.objects.count() == 1


def test_only_public_issues_of_public_digests_are_mailed(home_page, monkeypatch):
    monkeypatch.setattr(mailings, "OLD_AFTER", timedelta(days=10_000))
    states = [*HIDDEN, *ELSEWHERE, *PUBLIC]
    states.remove(hidden.deleted_with_its_digest)  # subscriptions protect it
    for number, state in enumerate(states):
        section = home_page.add_child(instance=Page(title="S", slug=f"in-{number}"))
        digest = make_digest(section, f"digest-{number}")
        open_sending_newsletter(digest, delay_minutes=0)
        subscribe(digest, f"{state.__name__}@example.org")
        state(section, digest, f"word{number}")
    EmailDelivery.objects.filter(mailing=None).delete()
    not_mailed = {
        # The digest is not public, or the issue itself is in another one, which sends nothing.
        shown.below_an_unpublished_digest,
        shown.below_an_expired_digest,
        shown.alias_of_an_issue_in_a_private_digest,
        shown.moved_and_renamed,
        shown.moved_without_redirect,
    }
    sending.run()
    sending.run()
    expected = sorted(f"{s.__name__}@example.org" for s in PUBLIC if s not in not_mailed)
    # Others are notifications of Wagtail's workflow.
    mails = [message for message in mail.outbox if message.to[0].endswith("@example.org")]
    assert sorted(message.to[0] for message in mails) == expected
    assert not any("unsaid" in str(message.message()) for message in mails)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_mailing_leaves_the_content_version_unchanged(digest):
    mailing = make_mailing(digest, readers=100)
    version = content_version.current()
    sending.run()
    assert (of(mailing.issue).state, content_version.current()) == ("done", version)


# By editors


def test_editor_sends_an_issue_now_or_later(digest, admin_user):
    open_newsletter(digest, imprint="Desk")
    issue = publish_issue(digest)
    mailing = mailings.schedule(issue, admin_user)
    assert (mailing.state, minutes_until(mailing), mailing.user) == ("scheduled", 0, admin_user)
    later = timezone.now() + timedelta(hours=3)
    assert mailings.schedule(issue, admin_user, later).due_at == later


def test_draft_that_an_editor_schedules_is_sent_once_it_is_public(digest, admin_user):
    open_newsletter(digest, imprint="Desk", delay_minutes=0)
    subscribe(digest)
    issue = publish_issue(digest, publish=False)
    mailings.save_draft(issue, "Subject", "")
    mailings.schedule(issue, admin_user)
    sending.run()
    assert (state_of(issue), of(issue).due_at) == (("scheduled", ""), None)
    issue.save_revision().publish()
    sending.run()
    assert (of(issue).state, mail.outbox[-1].subject) == ("done", "Subject")


@pytest.mark.parametrize("imprint", ["", " "])
def test_issue_is_not_scheduled_without_an_imprint(digest, imprint):
    open_newsletter(digest, imprint=imprint)
    issue = publish_issue(digest)
    with pytest.raises(ValidationError, match="imprint"):
        mailings.schedule(issue, None)
    assert not Mailing.objects.exists()


def test_cancelled_mailing_is_sent_only_if_an_editor_sends_it(digest):
    mailing = make_mailing(digest)
    mailings.cancel(mailing, None)
    mailing.issue.save_revision().publish()
    sending.run()
    assert (state_of(mailing.issue), mail.outbox) == (("skipped", "cancelled"), [])
    mailings.schedule(mailing.issue, None)
    sending.run()
    assert len(mail.outbox) == 1


def test_paused_and_stopped_mailings_go_on_with_the_frozen_text(digest):
    mailing = start_mailing(digest)
    mailings.pause(mailing, None)
    mailings.stop(mailing, None)
    type(mailing.issue).objects.update(title="Changed")
    sending.run()
    assert mail.outbox == []
    mailings.resume(mailing, None)
    sending.run()
    assert len(mail.outbox) == 1
    assert "Changed" not in mail.outbox[0].subject


@pytest.mark.parametrize(
    ("action", "state"),
    [
        (mailings.pause, "paused"),
        (mailings.resume, "sending"),
        (mailings.stop, "done"),
        (mailings.cancel, "sending"),
    ],
)
def test_what_is_not_possible_any_more_is_rejected(digest, action, state):
    mailing = start_mailing(digest)
    Mailing.objects.update(state=state)
    with pytest.raises(ValidationError):
        action(mailing, None)
    assert of(mailing.issue).state == state


def test_correction_goes_to_those_who_received_the_issue(digest):
    mailing = make_mailing(digest, readers=2)
    sending.run()
    mailing.deliveries.filter(pk=mailing.deliveries.first().pk).update(state="refused")
    subscribe(digest, "late@example.org")
    mailings.correct(mailing, None, "Corrected", "The price was wrong.", "received")
    mail.outbox.clear()
    sending.run()
    [message] = (message for message in mail.outbox if message.subject == "Corrected")
    assert message.to == ["reader1@example.org"]
    assert "The price was wrong." in message.body


def test_correction_after_a_stop_goes_to_all(digest):
    mailing = start_mailing(digest, readers=2)
    mailings.stop(mailing, None)
    correction = mailings.correct(mailing, None, "Corrected", "Wrong.", "active")
    with pytest.raises(ValidationError, match="on its way"):  # as by a double click
        mailings.correct(mailing, None, "Corrected", "Wrong.", "active")
    with pytest.raises(ValidationError, match="correction was sent"):
        mailings.resume(mailing, None)
    sending.run()
    make_due(correction)
    assert sorted(message.to[0] for message in mail.outbox) == [
        "reader0@example.org",
        "reader1@example.org",
    ]


def test_cancelled_correction_lets_the_mailing_go_on(digest):
    mailing = start_mailing(digest)
    mailings.stop(mailing, None)
    mailings.cancel(mailings.correct(mailing, None, "Corrected", "Wrong.", "active"), None)
    assert mailings.resume(mailing, None).state == "sending"


def test_correction_needs_readers_who_are_known_to_have_the_issue(digest):
    mailing = start_mailing(digest)
    mailings.stop(mailing, None)
    with pytest.raises(ValidationError, match="not known"):
        mailings.correct(mailing, None, "Corrected", "Wrong.", "received")
    # Of the mails, only those without a known outcome are kept longer than a month.
    mailing.deliveries.update(state="unknown")
    Mailing.objects.update(started_at=timezone.now() - timedelta(days=31))
    with pytest.raises(ValidationError, match="not known"):
        mailings.correct(mailing, None, "Corrected", "Wrong.", "received")
