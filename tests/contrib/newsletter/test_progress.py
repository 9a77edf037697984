"""A mailing from its start until it is done."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import timezone

from digest.contrib.newsletter import mailings, progress, queue, sending, subscriptions
from digest.contrib.newsletter.models import (
    EmailDelivery,
    Mailing,
    NewsletterSettings,
    SubscriberImport,
    Subscription,
)
from digest.contrib.newsletter.outcomes import Cause, Outcome, State
from tests.builders import expire, make_digest, restrict
from tests.contrib.newsletter.issues import make_mailing, start_mailing
from tests.contrib.newsletter.readers import sign_up, subscribe
from tests.contrib.newsletter.transfer.uploads import upload

pytestmark = pytest.mark.django_db


def state_of(mailing):
    mailing.refresh_from_db()
    return mailing.state, mailing.reason


def ago(**since):
    return timezone.now() - timedelta(**since)


def addresses(mail_server):
    return sorted(line.split()[-1] for line in mail_server.log if line.startswith("END"))


def test_issue_is_sent_to_active_subscribers(digest, mail_server, capsys):
    mailing = make_mailing(digest, readers=3)
    subscriptions.end(Subscription.objects.first(), "page")
    sign_up(digest, "pending@example.org")
    EmailDelivery.objects.all().delete()
    assert sending.is_due()
    call_command("send_newsletters")
    assert capsys.readouterr().out == "Mails: 2 accepted.\n"
    assert addresses(mail_server) == ["reader1@example.org", "reader2@example.org"]
    assert state_of(mailing) == ("done", "")
    assert (mailing.counts, mailing.planned) == ({"accepted": 2}, 2)
    assert sending.run() == {}


def test_mailing_without_readers_is_done_at_once(digest):
    mailing = make_mailing(digest, readers=0)
    sending.run()
    assert (state_of(mailing), mailing.counts) == (("done", ""), {})


def test_what_is_sent_is_frozen_at_the_start(digest, mail_server):
    mailing = start_mailing(digest)
    issue = mailing.issue
    issue.title = "Another title"
    issue.save_revision().publish()
    sending.run()
    assert b"Another title" not in mail_server.mails[0]


def test_mailing_is_not_started_before_it_is_due(digest):
    mailing = make_mailing(digest)
    Mailing.objects.update(due_at=ago(minutes=-1))
    sending.run()
    assert state_of(mailing) == ("scheduled", "")


@pytest.mark.parametrize(("late", "state"), [({"hours": 5}, "done"), ({"hours": 7}, "held")])
def test_late_mailing_is_held(digest, mail_server, late, state):
    mailing = make_mailing(digest)
    Mailing.objects.update(due_at=ago(**late))
    sending.run()
    assert state_of(mailing) == (state, "late" if state == "held" else "")
    assert len(mail_server.mails) == (state == "done")


def test_interrupted_mailing_is_held_after_six_hours(digest, mail_server):
    mailing = start_mailing(digest)
    Mailing.objects.update(active_at=ago(hours=7))
    sending.run()
    assert (state_of(mailing), mail_server.mails) == (("held", "late"), [])
    mailings.resume(mailing, None)
    sending.run()
    assert (state_of(mailing), len(mail_server.mails)) == (("done", ""), 1)


def test_mailing_of_a_hidden_issue_waits(digest, mail_server):
    mailing = make_mailing(digest)
    restriction = restrict(mailing.issue)
    sending.run()
    assert (state_of(mailing), mailing.due_at) == (("scheduled", ""), None)
    restriction.delete()
    mailings.plan_missing()
    sending.run()
    assert state_of(mailing) == ("done", "")


def test_mailing_without_an_imprint_is_held(digest):
    mailing = make_mailing(digest)
    NewsletterSettings.objects.update(imprint=" ")
    sending.run()
    assert state_of(mailing) == ("held", "no_imprint")


def test_mailing_of_a_deleted_issue_is_skipped(digest):
    mailing = make_mailing(digest)
    mailing.issue.delete()
    sending.run()
    assert state_of(mailing) == ("skipped", "not_public")


def test_mail_that_cannot_be_composed_holds_the_mailing(digest, monkeypatch, caplog):
    mailing = make_mailing(digest)
    monkeypatch.setattr("digest.contrib.newsletter.composing.compose", lambda *args, **kw: 1 / 0)
    sending.run()
    assert state_of(mailing) == ("held", "configuration")
    assert "could not be composed" in caplog.text


def test_rows_are_written_in_chunks_between_claims(digest, mail_server, monkeypatch):
    monkeypatch.setattr(progress, "FILLED_AT_FIRST", 2)
    monkeypatch.setattr(progress, "FILLED_AT_ONCE", 2)
    mailing = start_mailing(digest, readers=5)
    assert mailing.deliveries.count() == 2
    assert progress.fill(Mailing.objects.get())
    assert mailing.deliveries.count() == 4
    assert not progress.fill(mailing)  # whose filled_to is that of another worker
    sending.run()
    assert (state_of(mailing), mailing.counts) == (("done", ""), {"accepted": 5})


def test_reader_who_subscribes_after_the_start_gets_nothing(digest, mail_server):
    mailing = start_mailing(digest)
    subscribe(digest, "late@example.org")
    EmailDelivery.objects.exclude(mailing=mailing).delete()
    sending.run()
    assert addresses(mail_server) == ["reader0@example.org"]


@pytest.mark.parametrize("hide", [restrict, expire, lambda issue: issue.unpublish()])
def test_issue_that_is_hidden_stops_its_mailing(digest, mail_server, hide):
    mailing = start_mailing(digest, readers=3)
    [mail, *_others] = queue.claim_mails(mailing)
    hide(mailing.issue)
    assert not queue.begin(mail)
    assert not progress.goes_on(mailing)
    assert state_of(mailing) == ("stopped", "not_public")
    with pytest.raises(ValidationError, match="not public"):
        mailings.resume(mailing, None)


def publish_another_digest(issue):
    make_digest(issue.get_parent().get_parent(), "weekly")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize(
    ("change", "sent", "state"),
    [
        (restrict, 1, ("stopped", "not_public")),
        (expire, 1, ("stopped", "not_public")),
        (lambda issue: issue.unpublish(), 1, ("stopped", "not_public")),
        (publish_another_digest, 3, ("done", "")),
    ],
)
def test_changes_are_noticed_between_two_mails(
    digest, mail_server, monkeypatch, change, sent, state
):
    mailing, end = start_mailing(digest, readers=3), queue.end
    changes = [change]

    def end_and_change(mail, outcome):
        while changes:
            changes.pop()(mailing.issue)
        return end(mail, outcome)

    monkeypatch.setattr(queue, "end", end_and_change)
    sending.run()
    assert (len(mail_server.mails), state_of(mailing)) == (sent, state)


def test_digest_that_is_hidden_stops_a_mailing(digest, mail_server):
    mailing = start_mailing(digest)
    digest.unpublish()
    sending.run()
    assert (state_of(mailing), mail_server.mails) == (("stopped", "not_public"), [])


def test_paused_mailing_sends_no_other_mail(digest, mail_server, monkeypatch):
    mailing = start_mailing(digest, readers=3)
    end = queue.end

    def pause_after(mail, outcome):
        mailings.pause(mailing, None)
        return end(mail, outcome)

    monkeypatch.setattr(queue, "end", pause_after)
    sending.run()
    assert (len(mail_server.mails), state_of(mailing)) == (1, ("paused", "editor"))
    states = list(mailing.deliveries.order_by("pk").values_list("state", flat=True))
    assert states == ["accepted", "waiting", "waiting"]


def test_reader_who_has_left_is_skipped(digest, mail_server):
    mailing = start_mailing(digest, readers=2)
    mails = queue.claim_mails(mailing)
    subscriptions.end(mails[0].subscription, "one_click")
    queue.release(mails)
    sending.run()
    assert (state_of(mailing), mailing.counts) == (("done", ""), {"accepted": 1, "skipped": 1})


def test_erased_reader_is_skipped(digest, mail_server):
    mailing = start_mailing(digest, readers=2)
    subscriptions.erase(Subscription.objects.first().subscriber)
    sending.run()
    assert mailing.deliveries.filter(state="skipped", subscription=None).count() == 1
    assert addresses(mail_server) == ["reader1@example.org"]


@pytest.mark.parametrize(
    ("cause", "limit", "reason"), [(Cause.POLICY, 10, "refused"), (Cause.NO_REPLY, 3, "no_reply")]
)
def test_failures_in_a_row_pause_a_mailing(digest, cause, limit, reason):
    mailing = start_mailing(digest)
    failure = Outcome(State.REFUSED, "550 5.7.1", "Spam", cause=cause)
    for outcome in [failure, Outcome(State.ACCEPTED), *[failure] * (limit - 1)]:
        progress.note(mailing, outcome)
    assert state_of(mailing) == ("sending", "")
    progress.note(mailing, failure)
    assert state_of(mailing) == ("paused", reason)
    assert mailing.reply == "550 5.7.1 Spam"


def test_hold_mailings(digest, capsys):
    mailing = start_mailing(digest)
    upload(digest, "left@example.org\n", state="importing")
    call_command("hold_mailings")
    assert capsys.readouterr().out == "Held 1 mailings, and ended 1 imports.\n"
    assert state_of(mailing) == ("held", "restored")
    record = SubscriberImport.objects.get()
    assert (record.state, bytes(record.file)) == ("failed", b"")
