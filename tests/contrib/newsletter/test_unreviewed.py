"""Mailings of issues that were published without the approval of a person."""

import html
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from django.urls import reverse
from django.utils import timezone

from digest.contrib.newsletter import mailings, progress, sending
from digest.contrib.newsletter.models import EmailDelivery, Mailing, NewsletterSettings
from digest.pages.provenance import Provenance
from digest.pages.time_zones import today_in
from digest.registry import registry
from tests.builders import make_digest, make_issue
from tests.contrib.newsletter.issues import make_due, make_mailing, publish_issue
from tests.contrib.newsletter.mails import make_mail
from tests.contrib.newsletter.mails import make_mailing as make_mailing_of
from tests.contrib.newsletter.readers import open_newsletter

pytestmark = pytest.mark.django_db

UNREVIEWED = Provenance(True, "Curated with AI.", "", None)
REVIEWED = Provenance(True, "Curated with AI.", "Edith", datetime(2026, 1, 2, tzinfo=UTC))
KNOWN = {}
APPROVAL = "without the approval of a person"
WILL_BE_HELD = "No person has approved the issue: the mailing will be held when it is due."
APPROVED_SINCE = "Somebody has approved it meanwhile: send it."
LIST = "/admin/digest/mailings/"


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


def publish_again(mailing):
    """Publish other text, which nobody approves."""
    mailing.issue.refresh_from_db()
    mailing.issue.save_revision().publish()


def page_of(client, mailing):
    return read(client, "digest_newsletter_mailings:inspect", mailing.pk)


def read(client, name, pk):
    return html.unescape(client.get(reverse(name, args=[pk])).content.decode())


def panel_of(client, mailing):
    return client.get(reverse("digest_newsletter_issue_state", args=[mailing.issue_id])).json()


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


def test_mailing_of_what_an_editor_scheduled_goes_out(mailing, admin_user):
    mailings.schedule(mailing.issue, admin_user)
    assert run(mailing) == ("done", "")


def test_mailing_that_an_editor_scheduled_before_is_held(mailing, admin_user):
    mailings.schedule(mailing.issue, admin_user, timezone.now() + timedelta(hours=1))
    publish_again(mailing)
    make_due(mailing)
    assert run(mailing) == ("held", "unreviewed")


def test_decision_at_the_time_of_publication_was_made_before_it(mailing, admin_user):
    mailings.schedule(mailing.issue, admin_user)
    Mailing.objects.update(decided_at=mailing.issue.last_published_at)
    assert run(mailing) == ("held", "unreviewed")


def test_editor_can_send_what_code_has_made_live(mailing, admin_user):
    mailing.issue.last_published_at = None
    mailing.issue.save()
    assert run(mailing) == ("held", "unreviewed")
    mailings.resume(mailing, admin_user)
    assert run(mailing) == ("done", "")


def test_draft_to_send_when_published_is_held_if_no_person_publishes_it(digest, admin_user):
    open_newsletter(digest, imprint="Desk")
    issue = make_issue(digest, today_in(digest), publish=False)
    mailing = mailings.schedule(issue, admin_user)
    assert run(mailing) == ("scheduled", "")
    issue.get_latest_revision().publish()
    make_due(mailing)
    assert run(mailing) == ("held", "unreviewed")


def test_released_mailing_goes_out_without_the_account_of_who_released_it(
    mailing, django_user_model, mail_server
):
    run(mailing)
    mailings.resume(mailing, django_user_model.objects.create_superuser("mia"))
    django_user_model.objects.all().delete()
    assert run(mailing) == ("done", "")
    assert (mailing.user, len(mail_server.mails)) == (None, 1)


def test_draft_to_send_when_published_goes_out_without_the_account(
    digest, django_user_model, mail_server, provenance
):
    del provenance["all"]
    open_newsletter(digest, imprint="Desk")
    issue = make_issue(digest, today_in(digest), publish=False)
    mailing = mailings.schedule(issue, django_user_model.objects.create_superuser("mia"))
    assert run(mailing) == ("scheduled", "")
    django_user_model.objects.all().delete()
    issue.get_latest_revision().publish()
    make_due(mailing)
    assert run(mailing) == ("done", "")


def test_time_that_an_editor_chose_stays_without_the_account(mailing, django_user_model):
    at = timezone.now() + timedelta(days=1)
    mailings.schedule(mailing.issue, django_user_model.objects.create_superuser("mia"), at)
    django_user_model.objects.all().delete()
    mailing.issue.unpublish()
    mailing.refresh_from_db()
    assert mailing.due_at == at


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


def test_mailing_without_a_newsletter_needs_the_approval_too(mailing):
    NewsletterSettings.objects.all().delete()
    assert run(mailing) == ("held", "unreviewed")


def test_mailing_without_an_imprint_needs_the_approval_too(mailing):
    NewsletterSettings.objects.update(imprint="")
    assert run(mailing) == ("held", "unreviewed")


def test_late_mailing_is_held_as_late(mailing, admin_client):
    Mailing.objects.update(due_at=timezone.now() - timedelta(days=1))
    assert run(mailing) == ("held", "late")
    assert APPROVAL in page_of(admin_client, mailing)
    assert "No person" in read(admin_client, "digest_newsletter_mailings:continue", mailing.pk)
    assert panel_of(admin_client, mailing)["state"] == (
        "Held: it is more than six hours late. No person has approved it. Read it, then send it "
        "or cancel the mailing."
    )


def test_unpublished_issue_waits_and_is_held_again(mailing):
    mailing.issue.unpublish()
    assert run(mailing) == ("scheduled", "")
    publish_again(mailing)
    make_due(mailing)
    assert run(mailing) == ("held", "unreviewed")


def test_released_mailing_is_held_again_if_its_issue_is_published_anew(mailing, admin_user):
    run(mailing)
    mailings.resume(mailing, admin_user)
    mailing.issue.unpublish()
    assert run(mailing)[0] == "scheduled"
    publish_again(mailing)
    make_due(mailing)
    assert run(mailing) == ("held", "unreviewed")


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


@pytest.mark.parametrize("state", ["held", "stopped", "done"])
def test_page_of_a_mailing_that_has_started_says_nothing_of_it(digest, admin_client, state):
    open_newsletter(digest, imprint="Desk")
    mailing = make_mailing_of(publish_issue(digest), "paused")
    make_mail(mailing, "accepted")
    Mailing.objects.update(state=state, reason="late")
    assert mailings.is_unreviewed(mailing)
    assert APPROVAL not in page_of(admin_client, mailing)
    assert "person" not in panel_of(admin_client, mailing)["state"]


@pytest.mark.parametrize("state", ["skipped", "draft"])
def test_page_of_a_mailing_that_is_not_due_says_nothing_of_it(mailing, admin_client, state):
    Mailing.objects.update(state=state)
    assert "No person has approved" not in page_of(admin_client, mailing)


def test_page_of_a_scheduled_mailing_says_that_it_will_be_held(mailing, admin_client, provenance):
    assert WILL_BE_HELD in page_of(admin_client, mailing)
    provenance["all"] = REVIEWED
    assert WILL_BE_HELD not in page_of(admin_client, mailing)


def test_page_of_a_draft_does_not_know_who_will_approve_it(mailing, admin_client):
    mailing.issue.unpublish()
    run(mailing)
    assert WILL_BE_HELD not in page_of(admin_client, mailing)


def test_page_follows_the_settings_of_the_digest_that_the_issue_is_in(
    mailing, home_page, admin_client
):
    other = make_digest(home_page, "other")
    open_newsletter(other, imprint="Desk", sends_unreviewed=True)
    mailing.issue.move(other, pos="last-child")
    assert WILL_BE_HELD not in page_of(admin_client, mailing)
    assert run(mailing) == ("done", "")


def test_everything_follows_an_approval_after_the_mailing_is_held(
    mailing, admin_client, provenance
):
    run(mailing)
    provenance["all"] = REVIEWED
    pages = [admin_client.get(url).content.decode() for url in ("/admin/", LIST)]
    pages += [page_of(admin_client, mailing), panel_of(admin_client, mailing)["state"]]
    for page in pages:
        assert APPROVED_SINCE in page
        assert "no person has approved" not in page
        assert APPROVAL not in page
    assert panel_of(admin_client, mailing)["state"] == f"Held. {APPROVED_SINCE}"
    question = read(admin_client, "digest_newsletter_mailings:continue", mailing.pk)
    assert "No person" not in question


def test_mailing_of_a_deleted_issue_is_not_approved(mailing, admin_client):
    run(mailing)
    mailing.issue.delete()
    assert "no person has approved the issue" in page_of(admin_client, mailing)


def test_list_asks_once_for_the_approvals(mailing, digest, admin_client):
    run(mailing)
    run(Mailing.objects.get(issue=publish_issue(digest, title="Other", slug="other")))
    assert Mailing.objects.filter(reason="unreviewed").count() == 2
    with mock.patch(f"{__name__}.provide", wraps=provide) as provider:
        admin_client.get(LIST)
    assert provider.call_count == 1


def test_panel_says_before_and_after_what_happens(mailing, admin_client):
    Mailing.objects.update(due_at=timezone.now() + timedelta(minutes=10))
    found = panel_of(admin_client, mailing)
    assert found["state"].startswith("No person has approved it. Held to")
    assert found["state"].endswith(" unless somebody publishes the issue again or sends it.")
    assert {"send", "cancel"} <= set(found["actions"])
    make_due(mailing)
    assert panel_of(admin_client, mailing)["state"] == (
        "No person has approved it. The mailing will be held."
    )
    run(mailing)
    found = panel_of(admin_client, mailing)
    assert found["state"] == (
        "Held: no person has approved the issue. Read it, then send it or cancel the mailing."
    )
    assert {"send", "cancel"} <= set(found["actions"])


def test_panel_of_an_approved_issue_names_the_time(mailing, admin_client, provenance):
    provenance["all"] = REVIEWED
    Mailing.objects.update(due_at=timezone.now() + timedelta(minutes=10))
    assert panel_of(admin_client, mailing)["state"].startswith("Goes out to")
    make_due(mailing)
    assert panel_of(admin_client, mailing)["state"] == "Goes out now."


def test_home_page_and_list_show_the_reason(mailing, admin_client):
    run(mailing)
    for url in ("/admin/", LIST):
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
