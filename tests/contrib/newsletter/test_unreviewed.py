"""Mailings of issues that were published without the approval of a person."""

from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from django.urls import reverse
from django.utils import timezone

from digest.contrib.newsletter import mailings, progress, sending
from digest.contrib.newsletter.models import EmailDelivery, Mailing, NewsletterSettings
from digest.pages.provenance import Provenance
from digest.registry import registry
from tests.contrib.newsletter.issues import make_due, make_mailing, publish_issue
from tests.contrib.newsletter.mails import make_mail
from tests.contrib.newsletter.mails import make_mailing as make_mailing_of

pytestmark = pytest.mark.django_db

UNREVIEWED = Provenance(True, "Curated with AI.", "", None)
REVIEWED = Provenance(True, "Curated with AI.", "Edith", datetime(2026, 1, 2, tzinfo=UTC))
KNOWN = {}
APPROVAL = "without the approval of a person"


def provide(issues):
    return {issue.pk: KNOWN["all"] for issue in issues if "all" in KNOWN}


@pytest.fixture(autouse=True)
def provenance():
    """Let all issues have a provenance, by default one without an approval."""
    KNOWN["all"] = UNREVIEWED
    with mock.patch.object(registry, "provenance", f"{__name__}.provide"):
        yield KNOWN


@pytest.fixture
def mailing(digest, mail_server):
    return make_mailing(digest)


def run(mailing):
    """Let a worker do what is due, and return what has become of the mailing."""
    sending.run()
    mailing.refresh_from_db()
    return mailing.state, mailing.reason


def page_of(client, mailing):
    url = reverse("digest_newsletter_mailings:inspect", args=[mailing.pk])
    return client.get(url).content.decode()


def test_mailing_is_held_until_a_person_releases_it(mailing, admin_client, admin_user, mail_server):
    assert run(mailing) == ("held", "unreviewed")
    assert run(mailing) == ("held", "unreviewed")
    assert not EmailDelivery.objects.exists()
    # Days later, when it would be late if nobody had released it.
    Mailing.objects.update(due_at=timezone.now() - timedelta(days=3))
    admin_client.post(reverse("digest_newsletter_mailings:continue", args=[mailing.pk]))
    assert run(mailing) == ("done", "")
    assert (mailing.user, len(mail_server.mails)) == (admin_user, 1)


def test_approval_until_it_is_due_is_enough(mailing, provenance, mail_server):
    provenance["all"] = REVIEWED
    assert run(mailing) == ("done", "")
    assert len(mail_server.mails) == 1


def test_issue_of_editors_is_sent(mailing, provenance):
    del provenance["all"]
    assert run(mailing) == ("done", "")


def test_digest_may_allow_it(mailing):
    NewsletterSettings.objects.update(sends_unreviewed=True)
    assert run(mailing) == ("done", "")


def test_mailing_that_an_editor_scheduled_goes_out(mailing, admin_user):
    mailings.schedule(mailing.issue, admin_user)
    assert run(mailing) == ("done", "")


def test_mailing_that_an_editor_cancelled_stays_so(mailing, admin_user):
    mailings.cancel(mailing, admin_user)
    mailing.issue.save_revision().publish()
    assert run(mailing) == ("skipped", "cancelled")


def test_correction_goes_out(digest, mailing, admin_user):
    mailings.schedule(mailing.issue, admin_user)
    run(mailing)
    correction = mailings.correct(mailing, None, "Correction", "It was 3 %.", "active")
    assert run(correction) == ("done", "")


def test_subject_of_an_editor_is_no_approval(digest, mailing):
    mailings.save_draft(mailing.issue, "A subject", "")
    assert run(mailing) == ("held", "unreviewed")


def test_mailing_without_an_imprint_needs_the_approval_too(mailing):
    NewsletterSettings.objects.update(imprint="")
    assert run(mailing) == ("held", "unreviewed")


def test_late_mailing_is_held_as_late(mailing, admin_client):
    Mailing.objects.update(due_at=timezone.now() - timedelta(days=1))
    assert run(mailing) == ("held", "late")
    assert APPROVAL in page_of(admin_client, mailing)


def test_unpublished_issue_waits_and_is_held_again(mailing):
    mailing.issue.unpublish()
    assert run(mailing) == ("scheduled", "")
    mailing.issue.refresh_from_db()
    mailing.issue.save_revision().publish()
    make_due(mailing)
    assert run(mailing) == ("held", "unreviewed")


def test_released_mailing_is_not_held_again_when_its_issue_was_hidden(mailing, admin_user):
    run(mailing)
    mailings.resume(mailing, admin_user)
    mailing.issue.unpublish()
    assert run(mailing)[0] == "scheduled"
    mailing.issue.refresh_from_db()
    mailing.issue.save_revision().publish()
    make_due(mailing)
    assert run(mailing) == ("done", "")


def test_start_asks_once_for_the_provenance(mailing):
    with mock.patch(f"{__name__}.provide", wraps=provide) as provider:
        progress.start(mailing)
    assert provider.call_count == 1


# What editors see


def test_page_of_the_mailing_says_why_and_what_to_do(mailing, admin_client):
    assert APPROVAL not in page_of(admin_client, mailing)
    run(mailing)
    page = page_of(admin_client, mailing)
    assert "no person has approved the issue" in page
    assert APPROVAL in page
    url = reverse("digest_newsletter_mailings:continue", args=[mailing.pk])
    assert url in page
    question = "No person has approved it. Send the issue to its readers now, as it is?"
    assert question in admin_client.get(url).content.decode()


def test_page_of_another_held_mailing_says_nothing_of_it(mailing, admin_client, provenance):
    provenance["all"] = REVIEWED
    Mailing.objects.update(due_at=timezone.now() - timedelta(days=1))
    assert run(mailing) == ("held", "late")
    assert APPROVAL not in page_of(admin_client, mailing)


def test_page_of_an_interrupted_mailing_says_nothing_of_it(digest, admin_client):
    mailing = make_mailing_of(publish_issue(digest), "paused")
    make_mail(mailing, "accepted")
    Mailing.objects.update(state="held", reason="late")
    assert APPROVAL not in page_of(admin_client, mailing)


def test_panel_says_before_and_after_what_happens(mailing, admin_client):
    url = reverse("digest_newsletter_issue_state", args=[mailing.issue_id])
    Mailing.objects.update(due_at=timezone.now() + timedelta(minutes=10))
    found = admin_client.get(url).json()
    assert found["state"].startswith("No person has approved it. Held to")
    assert found["state"].endswith(" unless somebody publishes the issue again or sends it.")
    assert {"send", "cancel"} <= set(found["actions"])
    make_due(mailing)
    run(mailing)
    found = admin_client.get(url).json()
    assert found["state"] == (
        "Held: no person has approved the issue. Read it, then send it or cancel the mailing."
    )
    assert {"send", "cancel"} <= set(found["actions"])


def test_panel_of_an_approved_issue_names_the_time(mailing, admin_client, provenance):
    provenance["all"] = REVIEWED
    Mailing.objects.update(due_at=timezone.now() + timedelta(minutes=10))
    url = reverse("digest_newsletter_issue_state", args=[mailing.issue_id])
    assert admin_client.get(url).json()["state"].startswith("Goes out to")


def test_home_page_and_list_show_the_reason(mailing, admin_client):
    run(mailing)
    for url in ("/admin/", "/admin/digest/mailings/"):
        assert "no person has approved the issue" in admin_client.get(url).content.decode()


def test_settings_allow_it_for_a_digest(mailing, admin_client):
    newsletter = NewsletterSettings.objects.get()
    url = reverse("digest_newsletter_settings:edit", args=[newsletter.pk])
    form = admin_client.get(url).context["form"]
    assert not form.initial["sends_unreviewed"]
    data = {name: value for name, value in form.initial.items() if value is not None}
    data |= {"consent": newsletter.consent, "privacy_url": "https://x.example/"}
    data["sends_unreviewed"] = "on"
    assert admin_client.post(url, data).status_code == 302
    newsletter.refresh_from_db()
    assert newsletter.sends_unreviewed
