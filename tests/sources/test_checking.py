"""Checking a source: the result of each kind of response, and how it is recorded."""

from datetime import timedelta

import pytest
from django.utils import timezone

from digest.http.robots import RobotsPolicy
from digest.models import IssuePage, Source
from digest.sources.checking import broken_sources_of, check_url, record
from digest.sources.models import State
from tests.builders import body, make_issue, source, story
from tests.http.servers import server  # noqa: F401


@pytest.fixture(autouse=True)
def _without_pauses(settings):
    settings.DIGEST_SOURCE_CHECK_PAUSE = 0


@pytest.fixture
def check(server):  # noqa: F811
    """Check a path of the server."""
    return lambda path="/a": check_url(server.url(path), RobotsPolicy())


def methods(server):  # noqa: F811
    return [method for method, _, path in server.requests if path != "/robots.txt"]


def test_success_is_found(server, check):  # noqa: F811
    server.set_response("/a")
    found = check()
    assert (found.state, found.http_status) == (State.FOUND, 200)
    assert methods(server) == ["HEAD"]


@pytest.mark.parametrize("rejection", [400, 403, 404, 405, 500, 501])
def test_get_decides_where_head_is_rejected(server, check, rejection):  # noqa: F811
    def respond(handler):
        handler.send_response(rejection if handler.command == "HEAD" else 200)
        handler.end_headers()

    server.set_handler("/a", respond)
    assert check().state == State.FOUND
    assert methods(server) == ["HEAD", "GET"]


def test_get_decides_where_head_breaks_off(server, check):  # noqa: F811
    def respond(handler):
        if handler.command == "GET":
            handler.send_response(200)
            handler.end_headers()

    server.set_handler("/a", respond)
    assert check().state == State.FOUND


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (404, State.DEAD),
        (410, State.DEAD),
        (401, State.REFUSED),
        (403, State.REFUSED),
        (429, State.REFUSED),
        (451, State.REFUSED),
        (500, State.UNREACHABLE),
        (503, State.UNREACHABLE),
    ],
)
def test_state_by_status(server, check, status, state):  # noqa: F811
    server.set_response("/a", status)
    found = check()
    assert (found.state, found.http_status) == (state, status)


@pytest.mark.parametrize(
    ("hops", "moved_to"),
    [
        ([(301, "/b")], "/b"),
        ([(308, "/b"), (301, "/c")], "/c"),
        ([(301, "/b"), (302, "/c")], "/b"),
        ([(302, "/b"), (301, "/c")], ""),
        ([(307, "/b")], ""),
        ([(301, "/a/"), (301, "/a/?utm_source=x")], ""),
    ],
)
def test_only_permanent_redirects_to_another_page_move_a_source(server, check, hops, moved_to):  # noqa: F811
    path = "/a"
    for status, target in hops:
        server.set_response(path, status, Location=target)
        path = target
    server.set_response(path)
    found = check()
    assert found.state == (State.MOVED if moved_to else State.FOUND)
    assert found.moved_to == (server.url(moved_to) if moved_to else "")


def test_redirect_to_a_missing_page_is_dead(server, check):  # noqa: F811
    server.set_response("/a", 301, Location="/gone")
    assert check().state == State.DEAD


def test_private_addresses_are_not_requested():
    found = check_url("http://127.0.0.1/", RobotsPolicy())
    assert (found.state, found.http_status) == (State.UNREACHABLE, None)


@pytest.fixture
def checked(db, server, check):  # noqa: F811
    """Check a source, and record the result."""
    saved = Source.of("https://a.org/")
    saved.save()

    def check_and_record(status):
        server.set_response("/a", status)
        return record(saved, check())

    return check_and_record


@pytest.mark.django_db
def test_one_failure_changes_nothing_and_three_in_a_row_are_dead(checked):
    assert checked(200).state == State.FOUND
    states = [checked(503).state for _ in range(4)]
    assert states == [State.FOUND, State.UNREACHABLE, State.DEAD, State.DEAD]
    back = checked(200)
    assert (back.state, back.failures) == (State.FOUND, 0)
    assert checked(503).state == State.FOUND


@pytest.mark.django_db
def test_failed_checks_are_repeated_sooner(checked, settings):
    settings.DIGEST_SOURCE_CHECK_DAYS = 10
    assert checked(200).due_at - timezone.now() > timedelta(days=9)
    assert checked(503).due_at - timezone.now() < timedelta(days=2)


@pytest.mark.django_db
def test_unavailable_robots_txt_changes_nothing(checked, server):  # noqa: F811
    checked(404)
    server.set_response("/robots.txt", 503)
    later = checked(200)
    assert (later.state, later.http_status) == (State.DEAD, 404)
    assert later.checks.first().state == State.UNCHECKED


@pytest.mark.django_db
def test_only_the_latest_checks_are_stored(checked):
    for _ in range(23):
        found = checked(404)
    checked(200)
    assert found.checks.count() == 20
    assert found.checks.first().state == State.FOUND


def test_broken_sources_of_an_issue_are_those_of_its_draft(digest):
    urls = ["https://a.org/dead", "https://a.org/moved", "https://a.org/found"]
    cited = story(sources=[source(url=url, title=url[-5:]) for url in urls])
    issue = make_issue(digest, body=body(cited))
    for state in ("dead", "moved", "found"):
        Source.objects.filter(canonical_url=f"https://a.org/{state}").update(state=state)
    draft = IssuePage(body=body(story(sources=[source(url="http://www.a.org/dead?utm_id=1")])))
    [(_place, found)] = broken_sources_of(draft)
    assert found.state == State.DEAD
    broken = broken_sources_of(issue)
    assert [found.state for _, found in broken] == ["dead", "moved"]
    assert broken[1][0].content_path.startswith(f"body.{cited['id']}.sources.")
