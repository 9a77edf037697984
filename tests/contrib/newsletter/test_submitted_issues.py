"""Mailings of submitted issues, with the provenance that submissions register."""

import pytest

from digest.contrib.newsletter import mailings, sending
from digest.contrib.submissions.models import IssueProvenance, Submission
from digest.registry import registry
from tests.contrib.newsletter.issues import make_due, make_mailing

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


def test_person_who_publishes_it_again_approves_it(mailing, admin_user, mail_server):
    mailing.issue.get_latest_revision().publish(user=admin_user)
    make_due(mailing)
    assert run(mailing) == ("done", "")
    assert len(mail_server.mails) == 1
