"""What a check makes of an answer, of none, and of robots.txt; and what is kept of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from digest.http.robots import RobotsPolicy
from digest.models import IssuePage, Source
from digest.sources.checking import broken_sources_of, look_at, record
from digest.sources.models import State
from tests.builders import body, make_issue, source, story
from tests.http.servers import server  # noqa: F401


@pytest.fixture(autouse=True)
def _without_pauses(settings):
    settings.DIGEST_SOURCE_CHECK_PAUSE = 0


@pytest.fixture
def look(server):  # noqa: F811
    """Look at a path of the server."""
    return lambda path="/a": look_at(server.url(path), RobotsPolicy())


def methods(server):  # noqa: F811
    return [method for method, _, path in server.asked if path != "/robots.txt"]


def test_what_answers_is_found(server, look):  # noqa: F811
    server.says("/a")
    found = look()
    assert (found.state, found.http_status) == (State.FOUND, 200)
    assert methods(server) == ["HEAD"]


@pytest.mark.parametrize("refusal", [400, 403, 404, 405, 500, 501])
def test_where_head_is_refused_get_decides(server, look, refusal):  # noqa: F811
    def answer(handler):
        handler.send_response(refusal if handler.command == "HEAD" else 200)
        handler.end_headers()

    server.does("/a", answer)
    assert look().state == State.FOUND
    assert methods(server) == ["HEAD", "GET"]


def test_where_head_breaks_off_get_decides(server, look):  # noqa: F811
    def answer(handler):
        if handler.command == "GET":
            handler.send_response(200)
            handler.end_headers()

    server.does("/a", answer)
    assert look().state == State.FOUND


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
def test_what_a_status_means(server, look, status, state):  # noqa: F811
    server.says("/a", status)
    found = look()
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
def test_only_permanent_redirects_to_another_page_move_a_source(server, look, hops, moved_to):  # noqa: F811
    path = "/a"
    for status, target in hops:
        server.says(path, status, Location=target)
        path = target
    server.says(path)
    found = look()
    assert found.state == (State.MOVED if moved_to else State.FOUND)
    assert found.moved_to == (server.url(moved_to) if moved_to else "")


def test_what_moved_to_nothing_is_dead(server, look):  # noqa: F811
    server.says("/a", 301, Location="/gone")
    assert look().state == State.DEAD


def test_robots_txt_is_asked_first_and_obeyed(server, look, settings):  # noqa: F811
    settings.DIGEST_OUTBOUND_USER_AGENT = "example-bot/1.0 (+https://example.com)"
    rules = "User-agent: *\nDisallow:\n\nUser-agent: Example-Bot\nDisallow: /a\n"
    server.says("/robots.txt", body=rules)
    assert look().state == State.REFUSED
    assert methods(server) == []
    server.says("/b")
    assert look("/b").state == State.FOUND


@pytest.mark.parametrize("status", [301, 401, 403, 404, 410])
def test_without_robots_txt_everything_is_allowed(server, look, status):  # noqa: F811
    server.says("/robots.txt", status)
    server.says("/a")
    assert look().state == State.FOUND


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_host_that_cannot_say_what_it_allows_is_not_asked(server, look, status):  # noqa: F811
    server.says("/robots.txt", status)
    server.says("/a")
    assert look().state is None
    assert methods(server) == []


def test_robots_txt_is_asked_once_and_also_where_a_redirect_leads(server):  # noqa: F811
    manners = RobotsPolicy()
    server.says("/a", 302, Location=server.url("/b", "other.example"))
    server.says("/b")
    for _ in range(2):
        assert look_at(server.url("/a"), manners).state == State.FOUND
    robots = [host for _, host, path in server.asked if path == "/robots.txt"]
    assert robots == ["source.example", "other.example"]


def test_a_host_rests_between_two_requests(server, settings, monkeypatch):  # noqa: F811
    settings.DIGEST_SOURCE_CHECK_PAUSE = 7
    rests = []
    monkeypatch.setattr("digest.http.robots.time.sleep", rests.append)
    manners = RobotsPolicy()
    server.says("/a")
    look_at(server.url("/a"), manners)
    assert len(rests) == 1
    assert 0 < rests[0] <= 7
    server.says("/robots.txt", body="User-agent: *\nCrawl-delay: 20\n")
    look_at(server.url("/a", "slow.example"), manners)
    assert len(rests) == 2
    assert 7 < rests[1] <= 20


def test_private_addresses_are_not_asked():
    found = look_at("http://127.0.0.1/", RobotsPolicy())
    assert (found.state, found.http_status) == (State.UNREACHABLE, None)


@pytest.fixture
def kept(db, server, look):  # noqa: F811
    """Look at a source, and keep what was found."""
    there = Source.of("https://a.org/")
    there.save()

    def keep(status):
        server.says("/a", status)
        return record(there, look())

    return keep


@pytest.mark.django_db
def test_one_failure_changes_nothing_and_three_in_a_row_are_the_end(kept):
    assert kept(200).state == State.FOUND
    states = [kept(503).state for _ in range(4)]
    assert states == [State.FOUND, State.UNREACHABLE, State.DEAD, State.DEAD]
    back = kept(200)
    assert (back.state, back.failures) == (State.FOUND, 0)
    assert kept(503).state == State.FOUND


@pytest.mark.django_db
def test_when_to_come_back(kept, settings):
    settings.DIGEST_SOURCE_CHECK_DAYS = 10
    assert kept(200).due_at - timezone.now() > timedelta(days=9)
    assert kept(503).due_at - timezone.now() < timedelta(days=2)


@pytest.mark.django_db
def test_a_host_that_asks_for_patience_changes_nothing(kept, server):  # noqa: F811
    kept(404)
    server.says("/robots.txt", 503)
    later = kept(200)
    assert (later.state, later.http_status) == (State.DEAD, 404)
    assert later.checks.first().state == State.UNCHECKED


@pytest.mark.django_db
def test_the_last_checks_are_kept(kept):
    for _ in range(23):
        found = kept(404)
    kept(200)
    assert found.checks.count() == 20
    assert found.checks.first().state == State.FOUND


def test_broken_sources_of_an_issue_are_those_of_its_draft(digest):
    urls = ["https://a.org/dead", "https://a.org/moved", "https://a.org/found"]
    told = story(sources=[source(url=url, title=url[-5:]) for url in urls])
    issue = make_issue(digest, body=body(told))
    for state in ("dead", "moved", "found"):
        Source.objects.filter(canonical_url=f"https://a.org/{state}").update(state=state)
    draft = IssuePage(body=body(story(sources=[source(url="http://www.a.org/dead?utm_id=1")])))
    [(_place, found)] = broken_sources_of(draft)
    assert found.state == State.DEAD
    broken = broken_sources_of(issue)
    assert [found.state for _, found in broken] == ["dead", "moved"]
    assert broken[1][0].content_path.startswith(f"body.{told['id']}.sources.")
