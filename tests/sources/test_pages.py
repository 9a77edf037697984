"""What is read from the page of a source."""

import time
from datetime import date

import pytest

from digest.http.client import OutboundError
from digest.sources import pages
from digest.sources.pages import facts_in, read_page
from tests.http.servers import server  # noqa: F401

PAGE = """<!doctype html><html><head><meta charset="utf-8">
<title>  A forecast |
 Example Wire </title>
<meta property="og:title" content="A forecast &amp; its &quot;limits&quot;">
<META CONTENT='Example Wire > news' PROPERTY='og:site_name'>
<meta property="article:published_time" content="2026-04-14T06:00:00+02:00">
</head><body>…</body></html>"""


def html(server, text, content_type="text/html; charset=utf-8", **headers):  # noqa: F811
    """Serve a page."""
    server.says("/a", body=text, Content_Type=content_type, **headers)
    return server.url("/a")


def test_the_facts_of_a_page(server):  # noqa: F811
    facts = read_page(html(server, PAGE))
    assert facts == ('A forecast & its "limits"', "Example Wire > news", date(2026, 4, 14))
    assert [path for _, _, path in server.asked] == ["/robots.txt", "/a"]


def test_without_open_graph_the_title_is_what_there_is(server):  # noqa: F811
    facts = read_page(html(server, "<title>A &lt;b&gt; tag</title>"))
    assert facts == ("A <b> tag", "", None)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("<title>Été</title>".encode("latin-1"), "text/html; charset=iso-8859-1"),
        ('<meta charset="windows-1252"><title>Été</title>'.encode("cp1252"), "text/html"),
        ("<title>Été</title>".encode("utf-16"), "text/html"),
        ("<title>Été</title>".encode(), "text/html; charset=nothing-like-it"),
        ("<title>Été</title>".encode(), "application/xhtml+xml"),
    ],
)
def test_pages_in_any_encoding(server, body, content_type):  # noqa: F811
    assert read_page(html(server, body, content_type)).title == "Été"


@pytest.mark.parametrize(
    ("start", "content_type"),
    [
        ("<title>A</title>", "text/html; charset=punycode"),
        ('<meta charset="punycode"><title>A</title>', "text/html"),
        ("<title>A</title>" + "<meta\ncharset=" * 40_000, "text/html"),
        ("<title>A</title>", "text/html; charset=iso-8859-99"),
    ],
)
def test_no_encoding_keeps_it_busy(server, start, content_type):  # noqa: F811
    begun = time.process_time()
    page = f"{start}{'a' * 500_000}-{'b' * 9000}"
    assert read_page(html(server, page, content_type)).title == "A"
    assert time.process_time() - begun < 5


def test_facts_are_short_and_can_be_printed():
    name = "x" * 900
    site = f'<meta name="og:site_name" content="{name}">'
    facts = facts_in(f"<title>A\x00\x07\u202eB {name}</title>{site}")
    assert facts.title.startswith("AB x")
    assert (len(facts.title), len(facts.publisher)) == (300, 200)


@pytest.mark.parametrize("day", ["", "soon", "2026-13-01", "0001-01-01", "9999-01-01", "2026"])
def test_what_is_no_day_is_none(day):
    page = f'<meta property="article:published_time" content="{day}">'
    assert facts_in(page).published_on is None


@pytest.mark.parametrize(
    "page",
    [
        "<meta " * 90_000,
        '<meta "' * 75_000,
        "<title>" * 75_000,
        "<!--" * 130_000,
        "<![CDATA[" * 58_000,
        "<a " * 170_000,
        '<meta property="og:title" content="' + "a" * 520_000,
        "<div>" * 100_000,
    ],
)
def test_pages_made_to_keep_a_parser_busy(page):
    begun = time.process_time()
    facts_in(page)
    assert time.process_time() - begun < 5


def refused(url):
    with pytest.raises(OutboundError) as error:
        read_page(url)
    return str(error.value)


def test_why_nothing_was_read(server, monkeypatch):  # noqa: F811
    assert "no HTML" in refused(html(server, "%PDF", "application/pdf"))
    assert "packed" in refused(html(server, b"\x1f\x8b", Content_Encoding="gzip"))
    assert "neither" in refused(html(server, "<p>nothing</p>"))
    assert "status 404" in refused(server.url("/gone"))
    assert "usual ports" in refused("http://a.org:22/")
    monkeypatch.setattr(pages, "SECONDS", 0.3)
    server.does("/slow", lambda handler: time.sleep(2))
    assert "too long" in refused(server.url("/slow"))
    server.says("/robots.txt", body="User-agent: *\nDisallow: /")
    assert "robots.txt" in refused(html(server, PAGE))


def test_only_the_beginning_of_a_page_is_read(server, monkeypatch):  # noqa: F811
    monkeypatch.setattr(pages, "MAX_BYTES", 1000)
    assert "neither" in refused(html(server, " " * 1000 + PAGE))
