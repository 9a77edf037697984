"""robots.txt: rules, groups, delays, and what is not valid or not available."""

import time

import pytest

from digest.http.client import RequestError
from digest.http.robots import OWN, DisallowedByRobots, RobotsPolicy, host_of, parse_robots
from digest.sources.checking import check_url
from digest.sources.models import State
from digest.sources.pages import read_page
from tests.http.servers import server  # noqa: F401

AGENT = "example-bot/1.0 (+https://example.com)"


@pytest.fixture(autouse=True)
def slept(settings, monkeypatch):
    """Replace sleeping, and make no pauses; return the seconds of each sleep."""
    settings.DIGEST_SOURCE_CHECK_PAUSE = 0
    seconds = []
    monkeypatch.setattr("digest.http.robots.time.sleep", seconds.append)
    return seconds


def allows(rules, path, agent=AGENT):
    """Check a path of a host against a robots.txt."""
    return parse_robots(rules, agent).can_fetch(f"https://a.org{path}", OWN)


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("Disallow: /*.pdf$", "/a/report.pdf", False),
        ("Disallow: /*.pdf$", "/a/report.pdf?page=2", True),
        ("Disallow: /*/private", "/a/private/b", False),
        ("Disallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("Disallow: /a\nAllow: /a/b", "/a/c", False),
        ("Allow: /a/b\nDisallow: /a", "/a/b", True),
        ("Allow: /a\nDisallow: /a/b", "/a/b", False),
        ("Disallow: /a\nAllow: /a", "/a", True),
        ("Disallow: /caf%C3%A9", "/caf%C3%A9/menu", False),
        ("Disallow: /café", "/caf%C3%A9/menu", False),
        ("Disallow:", "/a", True),
        ("Disallow: /", "/a", False),
        ("disallow : /a # and why", "/a", False),
    ],
)
def test_rules(rules, path, allowed):
    assert allows(f"User-agent: *\n{rules}\n", path) is allowed


ALL = "User-agent: *\nDisallow: /\n"
NONE = "Disallow:\n"


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        (ALL, False),
        (f"{ALL}\nUser-agent: Example-Bot\n{NONE}", True),
        (f"{ALL}\nUser-agent: example-bot/2.1\n{NONE}", True),
        (f"{ALL}\nUser-agent: other-bot\nUser-agent: EXAMPLE-BOT\n{NONE}", True),
        (f"{ALL}\nUser-agent: example\n{NONE}", False),
        (f"{ALL}\nUser-agent: example.com\n{NONE}", False),
        ("User-agent: other-bot\nDisallow: /\n", True),
        ("User-agent: example-bot\nDisallow: /b\n\nUser-agent: example-bot\nDisallow: /a", False),
        ("Disallow: /\n", True),
    ],
)
def test_groups_match_the_product_token(rules, allowed):
    assert allows(rules, "/a") is allowed


@pytest.mark.parametrize(
    "rules", ["", "\n\n", "# nothing\n", "<html><p>Not found</html>", "\0\x85"]
)
def test_robots_txt_without_rules_allows_everything(rules):
    assert allows(rules, "/a")


@pytest.mark.parametrize(
    "line",
    [
        "Disallow: //[abc",
        "Allow: %zz",
        "Crawl-delay: ²",
        "Crawl-delay: nan",
        "Crawl-delay: -1",
        f"Crawl-delay: {'9' * 5000}",
        "Request-rate: ²/1",
        "Visit-time: 9-",
        "Nonsense",
        "::",
    ],
)
def test_invalid_lines_are_ignored(server, slept, line):  # noqa: F811
    server.set_response("/robots.txt", body=f"User-agent: *\n{line}\nDisallow: /b\n".encode())
    server.set_response("/a", body="<title>A</title>", Content_Type="text/html")
    assert check_url(server.url("/a"), RobotsPolicy()).state == State.FOUND
    assert check_url(server.url("/b"), RobotsPolicy()).state == State.REFUSED
    assert read_page(server.url("/a")).title == "A"
    assert slept == []


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"user agent {number}*\n" for number in range(15_000)) + "allow:$\n" * 30_000,
        "".join(f"user-agent:{number}\n" for number in range(15_000)) * 2,
        "user-agent:*\n" + "disallow:/*a*b$\n" * 30_000,
        "user-agent:*\ndisallow:/" + "*a" * 250_000,
    ],
    ids=["agents and rules", "agents twice", "rules", "wildcards"],
)
def test_hostile_robots_txt_is_parsed_quickly(text):
    started = time.process_time()
    allows(text, "/" + "ab" * 1000)
    assert time.process_time() - started < 5


def test_only_the_first_500_kib_are_read(server):  # noqa: F811
    rules = "User-agent: *\nDisallow: /a\n"
    rules += "#" * (500 * 1024 - len(rules) - 1) + "\n" + "Disallow: /b\n"
    server.set_response("/robots.txt", body=rules)
    server.set_response("/b")
    assert check_url(server.url("/a"), RobotsPolicy()).state == State.REFUSED
    assert check_url(server.url("/b"), RobotsPolicy()).state == State.FOUND


def test_byte_order_mark_is_ignored(server):  # noqa: F811
    server.set_response("/robots.txt", body="\ufeffUser-agent: *\nDisallow: /\n".encode())
    assert check_url(server.url("/a"), RobotsPolicy()).state == State.REFUSED


def test_robots_txt_is_requested_first_and_obeyed(server, settings):  # noqa: F811
    settings.DIGEST_OUTBOUND_USER_AGENT = AGENT
    server.set_response(
        "/robots.txt", body="User-agent: *\n\nUser-agent: Example-Bot\nDisallow: /a\n"
    )
    policy = RobotsPolicy()
    with pytest.raises(DisallowedByRobots):
        policy(server.url("/a"))
    policy(server.url("/b"))
    assert [path for _, _, path in server.requests] == ["/robots.txt"]


@pytest.mark.parametrize("status", [301, 401, 403, 404, 410])
def test_without_robots_txt_everything_is_allowed(server, status):  # noqa: F811
    server.set_response("/robots.txt", status, body="User-agent: *\nDisallow: /\n")
    server.set_response("/a")
    assert check_url(server.url("/a"), RobotsPolicy()).state == State.FOUND


@pytest.mark.parametrize("status", [429, 500, 503])
def test_hosts_with_unavailable_robots_txt_are_not_checked(server, status):  # noqa: F811
    server.set_response("/robots.txt", status)
    server.set_response("/a")
    assert check_url(server.url("/a"), RobotsPolicy()).state is None
    with pytest.raises(RequestError, match="not available"):
        read_page(server.url("/a"))
    assert {path for _, _, path in server.requests} == {"/robots.txt"}


def test_robots_txt_is_requested_once_and_after_redirects(server):  # noqa: F811
    policy = RobotsPolicy()
    server.set_response("/a", 302, Location=server.url("/b", "other.example"))
    server.set_response("/b")
    for _ in range(2):
        assert check_url(server.url("/a"), policy).state == State.FOUND
    robots = [host for _, host, path in server.requests if path == "/robots.txt"]
    assert robots == ["source.example", "other.example"]


def test_pause_and_crawl_delay(server, settings, slept):  # noqa: F811
    settings.DIGEST_SOURCE_CHECK_PAUSE = 7
    policy = RobotsPolicy()
    server.set_response("/a")
    check_url(server.url("/a"), policy)
    assert len(slept) == 1
    assert 0 < slept[0] <= 7
    server.set_response("/robots.txt", body="User-agent: *\nCrawl-delay: 20.5\n")
    check_url(server.url("/a", "slow.example"), policy)
    assert len(slept) == 2
    assert 19 < slept[1] <= 20.5


def test_crawl_delay_is_limited_to_a_minute(server, slept):  # noqa: F811
    server.set_response("/robots.txt", body="User-agent: *\nCrawl-delay: 86400\n")
    server.set_response("/a")
    assert check_url(server.url("/a"), RobotsPolicy()).state == State.FOUND
    assert slept
    assert all(59 < seconds <= 60 for seconds in slept)


def test_a_host_has_one_name():
    urls = ["http://www.A.org:80/x", "https://a.org/", "https://a.org./y"]
    assert {host_of(url) for url in urls} == {"a.org"}
