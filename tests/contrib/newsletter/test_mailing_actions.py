"""What editors do to mailings and mails in the admin, and what is logged."""

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry, PageLogEntry

from digest.contrib.newsletter.models import EmailDelivery, Mailing, Subscription
from tests.builders import make_issue, restrict
from tests.contrib.newsletter.mails import (
    ABOUT_ADDRESS,
    SENDERS_FAULT,
    make_mail,
    make_mailing,
    make_mails,
)

WAITING = ("paused", "stopped")
pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(digest):
    return make_issue(digest, title="Grids agree")


def url_of(name, row):
    return reverse(f"digest_newsletter_mailings:{name}", args=[row.pk])


def post(client, name, row, **data):
    """Do something, and return the page that follows."""
    response = client.post(url_of(name, row), data, follow=True)
    assert response.redirect_chain == [(url_of("inspect", Mailing.objects.first()), 302)]
    return response.content.decode()


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("pause", "sending", "paused"),
        ("stop", "sending", "stopped"),
        ("stop", "paused", "stopped"),
        ("continue", "paused", "sending"),
        ("continue", "held", "scheduled"),
        ("cancel", "held", "skipped"),
    ],
)
def test_editor_changes_the_state(admin_client, admin_user, issue, name, before, after):
    mailing = make_mailing(issue, before)
    admin_client.get(url_of(name, mailing))
    assert Mailing.objects.get().state == before
    post(admin_client, name, mailing)
    assert Mailing.objects.get().state == after
    entry = PageLogEntry.objects.get(action=f"digest_newsletter.{name}_mailing")
    assert (entry.page_id, entry.user, entry.data) == (
        issue.pk,
        admin_user,
        {"mailing": mailing.pk},
    )


@pytest.mark.parametrize("name", ["pause", "stop", "continue", "cancel"])
def test_wrong_state_gives_a_message_and_no_entry(admin_client, issue, name):
    mailing = make_mailing(issue, "done")
    page = post(admin_client, name, mailing)
    assert "This is not possible any more: the mailing is “done”." in page
    assert Mailing.objects.get().state == "done"
    assert not PageLogEntry.objects.filter(action__startswith="digest_newsletter").exists()


def test_mailing_of_a_private_issue_does_not_go_on(admin_client, issue):
    mailing = make_mailing(issue, "paused")
    restrict(issue)
    assert "The issue is not public." in post(admin_client, "continue", mailing)
    assert Mailing.objects.get().state == "paused"


def test_action_on_the_mailing_of_a_deleted_issue_is_logged(admin_client, issue):
    mailing = make_mailing(issue)
    issue.delete()
    post(admin_client, "stop", mailing)
    entry = ModelLogEntry.objects.get(action="digest_newsletter.stop_mailing")
    assert (entry.object_id, entry.label) == (str(mailing.pk), f"Mailing {mailing.pk}")


def test_actions_need_a_csrf_token(admin_client, issue):
    mailing = make_mailing(issue)
    admin_client.handler.enforce_csrf_checks = True
    assert admin_client.post(url_of("stop", mailing)).status_code == 403
    assert Mailing.objects.get().state == "sending"


def test_unknown_mail_is_marked_as_sent_or_sent_again(admin_client, issue):
    mailing = make_mailing(issue)
    sent, again = make_mails(mailing, "unknown", "unknown")
    post(admin_client, "mark_sent", sent)
    post(admin_client, "send_again", again)
    states = EmailDelivery.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["accepted", "waiting"]
    assert "The state of this mail is known by now." in post(admin_client, "mark_sent", sent)
    assert PageLogEntry.objects.filter(action__startswith="digest_newsletter").count() == 2


@pytest.mark.parametrize(
    ("state", "message"),
    [("done", "sent again."), *[(each, "sent again once you continue") for each in WAITING]],
)
def test_message_says_when_mails_are_sent_again(admin_client, issue, state, message):
    mailing = make_mailing(issue, state)
    mail = make_mail(mailing, "unknown")
    make_mail(mailing, "refused", code="400")
    assert f"The mails will be {message}" in post(admin_client, "send_refused", mailing)
    Mailing.objects.update(state=state)
    assert f"The mail will be {message}" in post(admin_client, "send_again", mail)


def test_letters_are_no_mails_of_a_mailing(admin_client, db):
    letter = EmailDelivery.objects.create(kind="confirm", state="unknown")
    assert admin_client.post(url_of("send_again", letter)).status_code == 404


def test_mails_refused_because_of_the_sender_are_sent_again(admin_client, issue):
    mailing = make_mailing(issue, "done")
    for code in SENDERS_FAULT + ABOUT_ADDRESS:
        make_mail(mailing, "refused", code=code)
    bounced = make_mail(mailing, "refused", code="")
    Subscription.objects.filter(pk=bounced.subscription_id).update(state="suppressed")
    post(admin_client, "send_refused", mailing)
    waiting = EmailDelivery.objects.filter(state="waiting").order_by("pk")
    assert list(waiting.values_list("code", flat=True)) == SENDERS_FAULT
    assert Mailing.objects.get().state == "sending"
    assert "There is no such mail any more." in post(admin_client, "send_refused", mailing)


CORRECTION = {"subject": "Correction: News", "note": "It was 3 %.", "audience": "received"}


def test_correction_is_another_mailing(admin_client, admin_user, issue):
    mailing = make_mailing(issue, "done")
    make_mail(mailing, "accepted")
    post(admin_client, "correct", mailing, **CORRECTION)
    found = Mailing.objects.get(kind="correction")
    assert (found.issue, found.state, found.user) == (issue, "scheduled", admin_user)
    assert {name: getattr(found, name) for name in CORRECTION} == CORRECTION


@pytest.mark.parametrize(
    ("subject", "stored"),
    [
        ("Family 👨\u200d👩\u200d👧", "Family 👨\u200d👩\u200d👧"),
        ("A\r\nBcc: b@x.example", "A Bcc: b@x.example"),
    ],
)
def test_subject_of_a_correction_is_one_line(admin_client, issue, subject, stored):
    mailing = make_mailing(issue, "done")
    make_mail(mailing, "accepted")
    post(admin_client, "correct", mailing, **CORRECTION | {"subject": subject})
    assert Mailing.objects.get(kind="correction").subject == stored


@pytest.mark.parametrize(("state", "audience"), [("done", "received"), ("stopped", "active")])
def test_correction_goes_to_those_who_need_it(admin_client, issue, state, audience):
    mailing = make_mailing(issue, state)
    form = admin_client.get(url_of("correct", mailing)).context["view"].form
    assert form.initial == {"audience": audience, "subject": "Correction: News"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("subject", " "),
        ("subject", "a" * 256),
        ("note", ""),
        ("note", "a" * 2001),
        ("note", "\0"),
        ("audience", "everybody"),
    ],
)
def test_invalid_correction_is_rejected(admin_client, issue, name, value):
    mailing = make_mailing(issue, "done")
    response = admin_client.post(url_of("correct", mailing), CORRECTION | {name: value})
    assert list(response.context["view"].form.errors) == [name]
    assert not Mailing.objects.filter(kind="correction").exists()


def test_mailing_that_nobody_has_received_is_not_corrected(admin_client, issue):
    mailing = make_mailing(issue, "scheduled")
    page = post(admin_client, "correct", mailing, **CORRECTION)
    assert "This is not possible any more" in page
