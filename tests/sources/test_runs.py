"""``check_sources``: what is due, in which order, and concurrent runs."""

from collections import Counter
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from digest.models import CheckedHost, IssuePage, Source
from digest.sources import runs
from digest.sources.models import State
from digest.sources.runs import Run, claim, due_sources, release
from tests.builders import body, make_issue, source, story
from tests.http.servers import server  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def slept(settings, monkeypatch):
    """Replace sleeping; return the seconds of each sleep."""
    settings.DIGEST_SOURCE_CHECK_PAUSE = 0
    seconds = []
    monkeypatch.setattr(runs.time, "sleep", seconds.append)
    return seconds


def cite(digest, *urls):
    """Make an issue that cites these URLs."""
    sources = [source(url=url) for url in urls]
    return make_issue(digest, body=body(story(sources=sources)))


def checked(url, days):
    """Set the last check of a source to this many days ago."""
    then = timezone.now() - timedelta(days=days)
    Source.objects.filter(canonical_url=url).update(checked_at=then, due_at=then)


def requested(server):  # noqa: F811
    return [path for _, _, path in server.requests if path != "/robots.txt"]


def test_least_recently_checked_come_first(digest):
    cite(digest, "https://a.org", "https://b.org", "https://c.org")
    checked("https://a.org", 3)
    checked("https://c.org", 9)
    assert [str(found) for found in due_sources()] == [
        "https://b.org",
        "https://c.org",
        "https://a.org",
    ]


def test_recently_checked_and_uncited_sources_are_not_due(digest):
    issue = cite(digest, "https://a.org")
    Source.objects.update(due_at=timezone.now() + timedelta(hours=1))
    assert not due_sources().exists()
    assert due_sources(older_than=0).count() == 1
    assert due_sources(url="http://www.a.org/?utm_id=1").count() == 1
    checked("https://a.org", 5)
    assert due_sources(older_than=4).count() == 1
    assert due_sources(older_than=6).count() == 0
    IssuePage.objects.get(pk=issue.pk).unpublish()
    assert not due_sources().exists()


def test_hosts_alternate(digest, server, settings):  # noqa: F811
    urls = [server.url(f"/{host}{number}", f"{host}.org") for host in "ab" for number in range(2)]
    cite(digest, *urls)
    for path in ("/a0", "/a1", "/b0", "/b1"):
        server.set_response(path)
    assert len(list(Run().check(due_sources()))) == 4
    assert "".join(path[1] for path in requested(server)) in ("abab", "baba")


def test_hosts_claimed_by_another_run_are_skipped(digest, server, slept):  # noqa: F811
    cite(digest, server.url("/a", "a.org"), server.url("/b", "b.org"))
    server.set_response("/b")
    claim("a.org")
    run = Run()
    assert [found.host for found, _ in run.check(due_sources())] == ["b.org"]
    assert (run.skipped, len(slept)) == (1, runs.MAX_TRIES)
    assert Source.objects.get(host="a.org").checked_at is None


def test_the_claim_of_a_killed_run_expires(digest, server):  # noqa: F811
    cite(digest, server.url("/a", "a.org"))
    server.set_response("/a")
    claim("a.org")
    assert claim("a.org") > 60
    CheckedHost.objects.update(free_at=timezone.now())
    assert len(list(Run().check(due_sources()))) == 1


def test_released_hosts_are_free_after_their_pause(settings, slept, digest, server):  # noqa: F811
    settings.DIGEST_SOURCE_CHECK_PAUSE = 9
    assert claim("a.org") == 0
    release("a.org")
    assert 8 < claim("a.org") <= 9


def test_sources_checked_by_another_run_meanwhile_are_left_out(digest, server):  # noqa: F811
    cite(digest, server.url("/a", "a.org"), server.url("/b", "b.org"))
    server.set_response("/a")
    server.set_response("/b")
    found = Run().check(due_sources())
    next(found)
    assert len(list(Run().check(due_sources()))) == 1
    assert list(found) == []
    assert sorted(requested(server)) == ["/a", "/b"]


def test_a_killed_run_loses_nothing(digest, server):  # noqa: F811
    cite(digest, server.url("/a", "a.org"), server.url("/b", "b.org"))
    server.set_response("/a")
    server.set_response("/b")
    found = Run().check(due_sources())
    next(found)
    found.close()
    states = Counter(Source.objects.values_list("state", flat=True))
    assert states == {State.FOUND: 1, State.UNCHECKED: 1}
    assert due_sources().count() == 1


def test_a_failing_source_does_not_stop_the_others(digest, server, monkeypatch, caplog):  # noqa: F811
    cite(digest, server.url("/a", "a.org"), server.url("/b", "b.org"))
    server.set_response("/b")
    check_url = runs.check_url

    def fail(url, policy):
        return 1 / 0 if "a.org" in url else check_url(url, policy)

    monkeypatch.setattr(runs, "check_url", fail)
    assert [found.host for found, _ in Run().check(due_sources())] == ["b.org"]
    assert "ZeroDivisionError" in caplog.text
    assert not due_sources().exists()
    assert Source.objects.get(host="a.org").due_at > timezone.now()


def test_hosts_free_for_long_are_deleted():
    now = timezone.now()
    for name, days in (("a.org", 2), ("b.org", 0)):
        CheckedHost.objects.create(name=name, free_at=now - timedelta(days=days))
    assert list(Run().check(due_sources())) == []
    assert [host.name for host in CheckedHost.objects.all()] == ["b.org"]


def test_the_url_as_cited_is_requested(digest, server):  # noqa: F811
    url = server.url("/a/?b=1&utm_source=x#part", "www.a.org")
    cite(digest, url)
    server.set_response("/a/?b=1&utm_source=x")
    [(source_checked, _)] = Run().check(due_sources())
    assert source_checked.state == State.FOUND


def run_command(**options):
    out = StringIO()
    call_command("check_sources", stdout=out, **options)
    return out.getvalue().splitlines()


def test_the_command_prints_the_results(digest, server):  # noqa: F811
    places = ["/found", "/gone", "/moved"]
    cite(digest, *(server.url(path, "a.org") for path in places))
    server.set_response("/found")
    server.set_response("/moved", 301, Location="/found")
    port = server.server_port
    *lines, total = run_command()
    assert sorted(lines) == [
        f"dead (404)  https://a.org:{port}/gone",
        f"found (200)  https://a.org:{port}/found",
        f"moved (200) to http://a.org:{port}/found  https://a.org:{port}/moved",
    ]
    assert total == "3 sources checked: 1 found, 1 moved, 1 dead."
    assert run_command() == ["0 sources checked."]


def test_the_command_checks_some_or_one(digest, server):  # noqa: F811
    urls = [server.url(f"/{number}", "a.org") for number in range(3)]
    cite(digest, *urls)
    assert run_command(limit=1)[-1] == "1 sources checked: 1 dead."
    assert "/2" in run_command(source=urls[2])[0]
    assert run_command(older_than=0, limit=9)[-1] == "3 sources checked: 3 dead."
    with pytest.raises(CommandError, match="No live issue"):
        run_command(source="https://nobody.example/")


@pytest.mark.parametrize("value", ["-1", "x", "1e9", "999999999999999999999", "٣"])
@pytest.mark.parametrize("option", ["--limit", "--older-than"])
def test_the_command_rejects_invalid_numbers(option, value):
    with pytest.raises(CommandError, match="not an integer"):
        call_command("check_sources", f"{option}={value}")
