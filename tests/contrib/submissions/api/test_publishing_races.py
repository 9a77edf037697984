"""Editors and keys publish at the same time, on PostgreSQL."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import Group
from django.db import connection, connections
from django.test import Client
from wagtail.models import PageLogEntry
from wagtail.signals import page_published, page_unpublished

from digest.contrib.submissions import publishing, submitting
from digest.contrib.submissions.models import ApiKey, Submission
from digest.models import IssuePage
from tests.builders import make_issue
from tests.contrib.submissions.conftest import DOCUMENT, URL

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="It has one writer at a time."),
]
CHANGED = DOCUMENT.replace("eight people", "nine people")
BY_EDITOR = "By an editor"


@pytest.fixture
def send(api_key, curator):
    """Return a function that sends a request from a thread, with a key that may publish."""
    curator.groups.set(Group.objects.filter(name="Digest editors"))
    ApiKey.objects.update(level="publish")

    def send(method, url, document, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers["Authorization"] = f"Bearer {api_key[1]}"
        try:
            return Client().generic(method, url, document, "text/markdown", headers=headers)
        finally:
            connections.close_all()

    return send


@pytest.fixture
def post(send):
    def post(document=DOCUMENT, key="one", action="publish"):
        url = f"{URL}?digest=daily&action={action}"
        return send("POST", url, document, Idempotency_Key=key)

    return post


@pytest.fixture(params=["draft", "publish"])
def put(request, send, post):
    """Return a function that replaces a draft or a live issue, and publishes it."""
    first = post(action=request.param)
    url = f"{first['Location']}?action=publish"
    return lambda etag=first["ETag"]: send("PUT", url, CHANGED, If_Match=etag)


@pytest.fixture
def hold():
    """Return a function that waits for a second where it is first called."""
    reached = threading.Event()

    def hold(**kwargs):
        if not reached.is_set():
            reached.set()
            time.sleep(1)

    hold.reached = reached
    return hold


def together(hold, first, second):
    """Start the second when the first waits; return the results of both."""
    with ThreadPoolExecutor(2) as pool:
        results = [pool.submit(first)]
        assert hold.reached.wait(30)
        results.append(pool.submit(second))
        return [result.result(60) for result in results]


def save_draft():
    draft = IssuePage.objects.get().get_latest_revision_as_object()
    draft.title = BY_EDITOR
    return draft.save_revision()


def save():
    save_draft()
    connections.close_all()


def publish():
    save_draft().publish()
    connections.close_all()


def unpublish():
    IssuePage.objects.get().unpublish()
    connections.close_all()


def hold_before(hold, monkeypatch, module, name):
    function = getattr(module, name)

    def held(*args):
        hold()
        return function(*args)

    monkeypatch.setattr(module, name, held)


# Where the request waits while the editor starts
POINTS = {
    "unlocked": (submitting, "_locked_issue"),
    "locked": (submitting, "_check_may_update"),
    "published": (publishing, "publish"),
}


def check_draft_of_editor(action):
    """Check that the draft of the editor is the latest one, and live if they have published it."""
    issue = IssuePage.objects.get()
    assert issue.get_latest_revision_as_object().title == BY_EDITOR
    assert issue.draft_title == BY_EDITOR
    if action is publish:
        assert (issue.live, issue.title) == (True, BY_EDITOR)


@pytest.mark.parametrize("action", [save, publish])
@pytest.mark.parametrize("point", POINTS)
def test_draft_of_an_editor_who_comes_second_is_kept(put, hold, monkeypatch, point, action):
    hold_before(hold, monkeypatch, *POINTS[point])
    response, _ = together(hold, put, action)
    assert response.status_code in ([412, 200] if point == "unlocked" else [200])
    check_draft_of_editor(action)


@pytest.mark.parametrize("action", [save, publish])
def test_draft_of_an_editor_who_was_first_is_kept(put, action):
    action()
    assert put().status_code == 412
    check_draft_of_editor(action)


def test_draft_that_an_editor_publishes_meanwhile_is_kept(put, hold):
    page_published.connect(hold, dispatch_uid="hold")
    _, response = together(hold, publish, put)
    page_published.disconnect(dispatch_uid="hold")
    assert response.status_code == 412
    check_draft_of_editor(publish)


@pytest.mark.parametrize("point", POINTS)
def test_draft_of_an_editor_is_never_published(put, hold, monkeypatch, point):
    """Neither if the editor saves first nor second, whatever the ETag is."""
    hold_before(hold, monkeypatch, *POINTS[point])
    response, _ = together(hold, lambda: put("*"), save)
    assert response.status_code in ([422, 200] if point == "unlocked" else [200])
    check_draft_of_editor(save)
    assert IssuePage.objects.get().title != BY_EDITOR
    assert put("*").status_code == 422
    check_draft_of_editor(save)


@pytest.mark.parametrize("put", ["publish"], indirect=True)
@pytest.mark.parametrize("point", POINTS)
def test_issue_stays_unpublished_if_the_editor_comes_second(put, hold, monkeypatch, point):
    hold_before(hold, monkeypatch, *POINTS[point])
    response, _ = together(hold, put, unpublish)
    assert response.status_code in ([422, 200] if point == "unlocked" else [200])
    assert not IssuePage.objects.get().live


@pytest.mark.parametrize("put", ["publish"], indirect=True)
def test_issue_that_an_editor_unpublishes_meanwhile_stays_unpublished(put, hold):
    page_unpublished.connect(hold, dispatch_uid="hold")
    _, response = together(hold, unpublish, put)
    page_unpublished.disconnect(dispatch_uid="hold")
    assert response.status_code == 422
    assert not IssuePage.objects.get().live


def test_one_of_twenty_requests_publishes(post):
    with ThreadPoolExecutor(20) as pool:
        responses = list(pool.map(lambda _: post(), range(20)))
    assert {response.status_code for response in responses} == {201}
    assert len({response.content for response in responses}) == 1
    assert sum("Idempotency-Replayed" in response for response in responses) == 19
    assert IssuePage.objects.live().count() == Submission.objects.count() == 1
    assert PageLogEntry.objects.filter(action="wagtail.publish").count() == 1


def test_one_of_two_documents_of_an_issue_is_published(post):
    with ThreadPoolExecutor(2) as pool:
        responses = list(pool.map(lambda key: post(key=key), ["one", "two"]))
    assert sorted(response.status_code for response in responses) == [201, 409]
    assert IssuePage.objects.live().count() == 1


def test_publications_in_a_digest_do_not_block_each_other(post, digest):
    issues = [make_issue(digest, day) for day in range(1, 7)]

    def edit(issue):
        try:
            issue.unpublish()
            issue.save_revision().publish()
        finally:
            connections.close_all()

    def submit(day):
        return post(DOCUMENT.replace("2026-11-30", f"2026-12-{day:02}"), key=str(day))

    with ThreadPoolExecutor(6) as pool:
        edits = [pool.submit(edit, issue) for issue in issues]
        responses = list(pool.map(submit, range(1, 7)))
        assert [each.result(60) for each in edits] == [None] * 6
    assert {response.status_code for response in responses} == {201}
    assert IssuePage.objects.live().count() == 12
