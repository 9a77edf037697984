"""Documents and responses are emptied after their time; the idempotency key stays used."""

from datetime import timedelta

from django.core.management import call_command
from django.utils import timezone

from digest.contrib.submissions.models import Submission
from digest.registry import registry
from tests.contrib.submissions.conftest import DOCUMENT


def age(days):
    then = timezone.now() - timedelta(days=days)
    Submission.objects.update(created_at=then, updated_at=then)


def test_old_submissions_are_emptied(submit, capsys, settings):
    settings.DIGEST_SUBMISSION_DAYS = 30
    submit()
    age(days=29)
    call_command("prune_submissions")
    row = Submission.objects.get()
    assert row.document
    assert row.response
    age(days=31)
    call_command("prune_submissions")
    call_command("prune_submissions")
    row.refresh_from_db()
    assert (row.document, row.response, row.first_response) == ("", "", "")
    assert row.issue
    lines = [f"Emptied {number} submissions." for number in (0, 1, 0)]
    assert capsys.readouterr().out.splitlines() == lines


def test_document_that_was_replaced_is_kept_from_then_on(submit):
    url = submit()["Location"]
    age(days=91)
    changed = DOCUMENT.replace("eight people", "nine people")
    headers = {"Idempotency-Key": None, "If-Match": "*"}
    submit(changed, url, method="put", headers=headers)
    call_command("prune_submissions")
    assert Submission.objects.get().document


def test_idempotency_key_stays_used(submit):
    headers = {"Idempotency-Key": "one"}
    submit(headers=headers)
    age(days=91)
    call_command("prune_submissions")
    response = submit(headers=headers)
    assert response.status_code == 422
    assert response.json()["type"].endswith("#idempotency-key-reused")
    assert Submission.objects.count() == 1


def test_it_is_a_daily_job():
    [job] = [job for job in registry.jobs if job.name == "prune_submissions"]
    assert job.every == timedelta(days=1)
