"""Benchmarks of submissions: the documents, and each figure once, in this process."""

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import override_settings

from benchmarks.content import Writer
from benchmarks.submissions import load, requests
from benchmarks.submissions.script import STORIES, Script, scripts
from digest.contrib.submissions.models import Submission
from digest.importing import Role, read_parts
from digest.importing.documents import text_document
from digest.models import IssuePage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def keep_connection():
    """Keep the connection, in whose transaction the test runs, as Django's test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def script(digest, django_user_model):
    with override_settings(DIGEST_SUBMISSION_RATE=None):
        yield scripts()[0]


def test_documents_are_understood_and_differ():
    script = Script("daily", "", Writer(1, [], []))
    first, second = script.document(), script.document()
    roles = [part.role for part in read_parts(text_document(first.decode(), "draft.md"))]
    assert Role.UNKNOWN not in roles
    assert roles.count(Role.STORY) == roles.count(Role.STORY_SOURCE) == STORIES
    assert first != second


def test_requests_have_a_figure_for_each_aim(script):
    lines = list(requests.figures(script, 1, {"draft", "dry-run", "replay", "refused"}))
    assert sum("target" in line for line in lines) == 6
    assert "1.00, target 1.00 or less: yes" in lines[-1]
    # Three that warm up, one that is timed, one whose queries are counted; then the replayed one.
    assert Submission.objects.count() == 5 + 1
    # The importer saves one more, to compare.
    assert IssuePage.objects.count() == Submission.objects.count() + 1


def test_unexpected_status_fails(script):
    with pytest.raises(RuntimeError, match="The status is 401"):
        requests.measure(script, lambda: script.environ(b"", Authorization=""), 201, 1)


def test_worker_counts_drafts_and_failures(script):
    done = load._submit(script, 2, 0)
    assert (done.drafts, done.failures) == (2, 0)
    script.key = "wrong"
    assert load._submit(script, 1, 0).failures == 1


def test_drafts_that_are_late_at_the_end_are_left(script):
    done = load._submit(script, 5, 0.001)
    assert done.drafts < 5
    assert done.seconds >= 0.005


def test_workers_are_compared(script, monkeypatch):
    results = {1: [load.Done(10, 0, 2.0)], 2: [load.Done(10, 0, 2.5), load.Done(10, 0, 2.0)]}
    monkeypatch.setattr(load, "_run", lambda tasks: results[len(tasks)])
    [line] = load.two_workers([script, script], 10)
    assert line.startswith("drafts a second of two workers, 8.0: of one, 5.0")
    assert line.endswith("1.60, target 1.70 or more: NO")
    errors, rate = load.steady([script, script], 2)
    assert errors.endswith("0.00, target 0.00 or less: yes")
    assert "8.00, target 9.50 or more: NO" in rate
