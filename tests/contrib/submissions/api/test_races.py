"""Requests at the same time, on PostgreSQL; SQLite has one writer at a time."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.test import Client

from digest.contrib.submissions import submitting
from digest.contrib.submissions.models import Submission
from digest.importing import map_parts, read_parts
from digest.importing.documents import read_document
from digest.importing.saving import save_issue
from digest.models import IssuePage
from tests.contrib.submissions.api.test_submitting import problem
from tests.contrib.submissions.conftest import DOCUMENT, URL

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="It has one writer at a time."),
]


@pytest.fixture
def post(api_key):
    """Return a function that submits a document from a thread."""

    def post(document=DOCUMENT, idempotency_key="one"):
        headers = {"Authorization": f"Bearer {api_key[1]}", "Idempotency-Key": idempotency_key}
        try:
            return Client().post(
                f"{URL}?digest=daily", document, content_type="text/markdown", headers=headers
            )
        finally:
            connections.close_all()

    return post


def test_one_of_twenty_requests_with_a_key_makes_the_draft(post):
    with ThreadPoolExecutor(20) as pool:
        responses = list(pool.map(lambda _: post(), range(20)))
    assert {response.status_code for response in responses} == {201}
    assert len({response.content for response in responses}) == 1
    assert sum("Idempotency-Replayed" in response for response in responses) == 19
    assert IssuePage.objects.count() == Submission.objects.count() == 1


def test_one_of_two_documents_of_an_issue_makes_the_draft(post):
    with ThreadPoolExecutor(2) as pool:
        responses = list(pool.map(lambda key: post(idempotency_key=key), ["one", "two"]))
    assert sorted(response.status_code for response in responses) == [201, 409]
    assert IssuePage.objects.count() == Submission.objects.count() == 1


def test_request_waits_for_the_first_one_and_gives_up(post, monkeypatch):
    monkeypatch.setattr(submitting, "LOCK_TIMEOUT", 1)
    claimed, ended = threading.Event(), threading.Event()
    save = submitting._save

    def save_slowly(*args, **kwargs):
        claimed.set()
        ended.wait(30)
        save(*args, **kwargs)

    monkeypatch.setattr(submitting, "_save", save_slowly)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(post)
        claimed.wait(30)
        second = post()
        ended.set()
    assert problem(second) == (409, "in-progress")
    assert second["Retry-After"] == "5"
    assert first.result().status_code == 201


CHANGED = DOCUMENT.replace("eight people", "nine people")


@pytest.fixture
def put(post, api_key):
    """Return a function that replaces the first document from a thread."""
    first = post()

    def put(etag=first["ETag"]):
        headers = {"Authorization": f"Bearer {api_key[1]}", "If-Match": etag}
        try:
            return Client().put(
                first["Location"], CHANGED, content_type="text/markdown", headers=headers
            )
        finally:
            connections.close_all()

    return put


def edit():
    draft = IssuePage.objects.get().get_latest_revision_as_object()
    draft.title = "By an editor"
    draft.save_revision()
    connections.close_all()


def titles():
    revisions = IssuePage.objects.get().revisions.order_by("pk")
    return [revision.content["title"] for revision in revisions]


def test_draft_of_an_editor_who_saves_first_is_kept(put):
    with ThreadPoolExecutor(1) as pool:
        pool.submit(edit).result()
        assert problem(pool.submit(put).result()) == (412, "changed-meanwhile")
    assert titles() == ["Lanterns on the canal", "By an editor"]


def test_draft_of_an_editor_who_saves_meanwhile_is_kept(put, monkeypatch):
    locked, save = threading.Event(), submitting._save

    def save_slowly(*args, **kwargs):
        locked.set()
        time.sleep(1)
        save(*args, **kwargs)

    monkeypatch.setattr(submitting, "_save", save_slowly)
    with ThreadPoolExecutor(2) as pool:
        replaced = pool.submit(put)
        locked.wait(30)
        pool.submit(edit).result()
        assert replaced.result().status_code == 200
    issue = IssuePage.objects.get()
    assert "By an editor" in titles()
    assert issue.latest_revision.content["title"] == issue.draft_title


def test_replacement_and_import_of_one_issue_wait_for_each_other(put, digest):
    locked = threading.Event()

    def wait(issue):
        locked.set()
        time.sleep(1)

    def update():
        draft = map_parts(read_parts(read_document(CHANGED.encode(), "a.md")))
        try:
            return save_issue(draft, digest, update=True, check=wait)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        updated = pool.submit(update)
        locked.wait(30)
        replaced = pool.submit(put, "*")
        assert updated.result()[1] is False
        assert replaced.result().status_code == 200
