"""What is made of a robots.txt that is odd, and which addresses are of one host."""

import pytest

from digest.http.client import OutboundError
from digest.http.robots import RobotsPolicy, host_of
from digest.sources.checking import look_at
from digest.sources.models import State
from digest.sources.pages import read_page
from tests.http.servers import server  # noqa: F401

ODD = ["Disallow: //[abc", "Crawl-delay: ²", "Request-rate: ²/1", "Crawl-delay: " + "9" * 5000]


@pytest.fixture(autouse=True)
def slept(settings, monkeypatch):
    """No pauses; the seconds that would have been slept."""
    settings.DIGEST_SOURCE_CHECK_PAUSE = 0
    seconds = []
    monkeypatch.setattr("digest.http.robots.time.sleep", seconds.append)
    return seconds


@pytest.mark.parametrize("line", ODD)
def test_a_host_whose_robots_txt_has_mistakes_is_left_alone(server, line):  # noqa: F811
    server.says("/robots.txt", body=f"User-agent: *\n{line}\n")
    server.says("/a", body="<title>A</title>", Content_Type="text/html")
    found = look_at(server.url("/a"), RobotsPolicy())
    assert (found.state, "mistakes" in found.detail) == (None, True)
    with pytest.raises(OutboundError, match="mistakes"):
        read_page(server.url("/a"))


def test_no_host_is_waited_for_longer_than_a_minute(server, slept):  # noqa: F811
    server.says("/robots.txt", body="User-agent: *\nCrawl-delay: " + "9" * 400)
    server.says("/a")
    assert look_at(server.url("/a"), RobotsPolicy()).state == State.FOUND
    assert all(seconds <= 60 for seconds in slept)


def test_a_byte_order_mark_opens_nothing(server):  # noqa: F811
    server.says("/robots.txt", body="\ufeffUser-agent: *\nDisallow: /\n".encode())
    assert look_at(server.url("/a"), RobotsPolicy()).state == State.REFUSED


def test_one_host_rests_however_it_is_written():
    urls = ["http://www.A.org:80/x", "https://a.org/", "https://a.org./y"]
    assert {host_of(url) for url in urls} == {"a.org"}
