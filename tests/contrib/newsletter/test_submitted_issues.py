"""Mailings of submitted issues, with the provenance that submissions register."""

from datetime import timedelta

import pytest
from django.utils import timezone

from digest.contrib.newsletter import mailings, sending
from digest.contrib.submissions import approvals
from digest.contrib.submissions.models import IssueProvenance, Submission
from digest.pages.time_zones import today_in
from digest.registry import registry
from tests.builders import make_issue
from tests.contrib.newsletter.issues import make_due, make_mailing
from tests.contrib.newsletter.readers import open_newsletter

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not registry.provenance, reason="no app knows how issues were made"),
]


@pytest.fixture
def mailing(digest, mail_server):
    """Return the mailing of an issue that a key has submitted and published."""
    mailing = make_mailing(digest)
    Submission.objects.create(
        issue=mailing.issue, digest=digest, key_name="Key", idempotency_key="1", uses_ai=True
    )
    IssueProvenance.objects.create(issue=mailing.issue, uses_ai=True)
    return mailing


def run(mailing):
    sending.run()
    mailing.refresh_from_db()
    return mailing.state, mailing.reason


def test_mailing_is_held_until_a_person_releases_it(mailing, admin_user, mail_server):
    assert run(mailing) == ("held", "unreviewed")
    mailings.resume(mailing, admin_user)
    assert run(mailing) == ("done", "")
    assert len(mail_server.mails) == 1


def test_key_that_publishes_other_text_undoes_what_an_editor_scheduled(
    mailing, admin_user, mail_server
):
    issue = mailing.issue
    issue.get_latest_revision().publish(user=admin_user)
    mailings.schedule(issue, admin_user, timezone.now() + timedelta(hours=1))
    issue.refresh_from_db()
    issue.title = "Text of a machine"
    with approvals.by_key():
        issue.save_revision().publish(user=admin_user)
    make_due(mailing)
    assert run(mailing) == ("held", "unreviewed")
    mailings.resume(mailing, admin_user)
    assert run(mailing) == ("done", "")
    assert len(mail_server.mails) == 1


def test_draft_to_send_when_published_is_held_if_a_key_publishes_it(
    digest, mail_server, admin_user
):
    open_newsletter(digest, imprint="Desk")
    issue = make_issue(digest, today_in(digest), publish=False)
    Submission.objects.create(
        issue=issue, digest=digest, key_name="Key", idempotency_key="1", uses_ai=True
    )
    mailing = mailings.schedule(issue, admin_user)
    assert run(mailing) == ("scheduled", "")
    with approvals.by_key():
        issue.get_latest_revision().publish(user=admin_user)
    make_due(mailing)
    assert run(mailing) == ("held", "unreviewed")


def test_person_who_publishes_it_again_approves_it(mailing, admin_user, mail_server):
    mailing.issue.get_latest_revision().publish(user=admin_user)
    make_due(mailing)
    assert run(mailing) == ("done", "")
    assert len(mail_server.mails) == 1
