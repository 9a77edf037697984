"""Metadata read from the page of a source."""

import time
from datetime import date

import pytest

from digest.http.client import RequestError
from digest.sources import pages
from digest.sources.pages import parse_metadata, read_page, read_pages
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
    server.set_response("/a", body=text, Content_Type=content_type, **headers)
    return server.url("/a")


def test_metadata_of_a_page(server):  # noqa: F811
    metadata = read_page(html(server, PAGE))
    assert metadata == ('A forecast & its "limits"', "Example Wire > news", "", date(2026, 4, 14))
    assert [path for _, _, path in server.requests] == ["/robots.txt", "/a"]


def test_title_without_open_graph(server):  # noqa: F811
    metadata = read_page(html(server, "<title>A &lt;b&gt; tag</title>"))
    assert metadata == ("A <b> tag", "", "", None)


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
def test_pages_in_other_encodings(server, body, content_type):  # noqa: F811
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
def test_no_encoding_takes_long_to_decode(server, start, content_type):  # noqa: F811
    started = time.process_time()
    page = f"{start}{'a' * 500_000}-{'b' * 9000}"
    assert read_page(html(server, page, content_type)).title == "A"
    assert time.process_time() - started < 5


def test_metadata_is_short_and_printable():
    name = "x" * 900
    site = f'<meta name="og:site_name" content="{name}">'
    metadata = parse_metadata(f"<title>A\x00\x07\u202eB {name}</title>{site}")
    assert metadata.title.startswith("AB x")
    assert (len(metadata.title), len(metadata.publisher)) == (300, 200)


@pytest.mark.parametrize(
    ("tags", "author"),
    [
        ('<meta name="author" content="By Ana Rigby">', "Ana Rigby"),
        ('<meta property="article:author" content="https://a.org/ana">', ""),
        ('<meta name="author" content=""><meta name="dc.creator" content="Ana">', "Ana"),
        ('<meta name="author" content="Ana"><meta name="author" content="Bo">', "Ana, Bo"),
    ],
)
def test_author_of_a_page(tags, author):
    assert parse_metadata(tags).author == author


def test_several_pages_are_read_with_an_error_for_each_that_fails(server):  # noqa: F811
    page, gone, other = html(server, PAGE), server.url("/gone"), server.url("/a", "b.example")
    found = read_pages([page, gone, other])
    assert found[page].title == found[other].title == 'A forecast & its "limits"'
    assert "status 404" in str(found[gone])
    robots = [host for _, host, path in server.requests if path == "/robots.txt"]
    assert sorted(robots) == ["b.example", "source.example"]


def test_slow_page_delays_no_other(server, monkeypatch):  # noqa: F811
    monkeypatch.setattr(pages, "TIMEOUT_OF_PAGES", 0.3)
    server.set_handler("/slow", lambda handler: time.sleep(2))
    page, slow = html(server, PAGE), server.url("/slow", "slow.example")
    found = read_pages([page, slow])
    assert found[page].title
    assert "too long" in str(found[slow])


def test_page_that_breaks_the_parser_stops_no_other(server, monkeypatch, caplog):  # noqa: F811
    monkeypatch.setattr(pages, "parse_metadata", lambda markup: 1 / 0)
    url = html(server, PAGE)
    assert "not readable" in str(read_pages([url])[url])
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("day", ["", "soon", "2026-13-01", "0001-01-01", "9999-01-01", "2026"])
def test_invalid_dates_are_none(day):
    page = f'<meta property="article:published_time" content="{day}">'
    assert parse_metadata(page).published_on is None


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
        '<script type="application/ld+json">' * 14_000,
        '<script type="application/ld+json">' + "[" * 500_000,
        "<script application/ld+json" * 19_000,
        "<div>" * 100_000,
    ],
)
def test_hostile_pages_are_parsed_quickly(page):
    started = time.process_time()
    parse_metadata(page)
    assert time.process_time() - started < 5


def rejected(url):
    with pytest.raises(RequestError) as error:
        read_page(url)
    return str(error.value)


def test_reasons_why_nothing_could_be_read(server, monkeypatch):  # noqa: F811
    assert "not an HTML" in rejected(html(server, "%PDF", "application/pdf"))
    assert "compressed" in rejected(html(server, b"\x1f\x8b", Content_Encoding="gzip"))
    assert "neither" in rejected(html(server, "<p>nothing</p>"))
    assert "status 404" in rejected(server.url("/gone"))
    assert "ports 80 and 443" in rejected("http://a.org:22/")
    monkeypatch.setattr(pages, "TIMEOUT", 0.3)
    server.set_handler("/slow", lambda handler: time.sleep(2))
    assert "too long" in rejected(server.url("/slow"))
    server.set_response("/robots.txt", body="User-agent: *\nDisallow: /")
    assert "robots.txt" in rejected(html(server, PAGE))


def test_only_the_beginning_of_a_page_is_read(server, monkeypatch):  # noqa: F811
    monkeypatch.setattr(pages, "MAX_BYTES", 1000)
    assert "neither" in rejected(html(server, " " * 1000 + PAGE))
