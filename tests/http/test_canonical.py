"""Canonical URLs: ignored and significant differences, and invalid URLs."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.http.canonical import canonical_url, web_url
from digest.sources.models import source_key

PAGE = "https://example.com/news/one?id=7"


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/news/one?id=7",
        "HTTPS://WWW.Example.COM/news/one?id=7",
        "https://www.www.example.com/news/one?id=7",
        "  https://example.com/news/one?id=7\n",
        "https://example.com./news/one?id=7",
        "http://example.com:80/news/one?id=7",
        "https://example.com:443/news/one?id=7",
        "https://example.com:/news/one?id=7",
        "https://editor:secret@example.com/news/one?id=7",
        "https://example.com/news/one/?id=7",
        "https://example.com/news/one///?id=7",
        "https://example.com/news/one?id=7#part-2",
        "https://example.com/news/one?id=7#:~:text=happened",
        "https://example.com/./news/two/../one?id=7",
        "https://example.com/../news/%6Fne?%69d=7",
        "https://ex%61mple.com/news/one?id=7",
        "https://example.com/news/one?utm_source=a&id=7&UTM_Medium=b&utm_new=",
        "https://example.com/news/one?fbclid=a&id=7&gclid=b&mc_cid=c&mc_eid=d&igshid=e",
        "https://example.com/news/one?&&id=7&=&",
    ],
)
def test_ignored_differences(url):
    assert canonical_url(url) == PAGE
    assert source_key(url) == source_key(PAGE)


@pytest.mark.parametrize(
    ("url", "spelling"),
    [
        ("http://example.com", "https://example.com"),
        ("http://example.com/", "https://example.com"),
        ("https://example.com:8443/a", "https://example.com:8443/a"),
        ("https://example.com/News/One", "https://example.com/News/One"),
        ("https://example.com/a//b", "https://example.com/a//b"),
        ("https://www.com/a", "https://www.com/a"),
        ("https://www2.example.com/a", "https://www2.example.com/a"),
        ("https://example.com/?b=2&a=1&b=1", "https://example.com?a=1&b=2&b=1"),
        ("https://example.com/a?flag&empty=", "https://example.com/a?empty=&flag"),
        ("https://example.com/a?ref=main&s=x&p=1", "https://example.com/a?p=1&ref=main&s=x"),
        ("https://example.com/a?q=two+words", "https://example.com/a?q=two%20words"),
        ("https://example.com/a?u=http://b.org/?c", "https://example.com/a?u=http://b.org/?c"),
        ("https://example.com/#!/wire/7", "https://example.com#!/wire/7"),
        ("https://example.com/a%2fb%c3%a9", "https://example.com/a%2Fb%C3%A9"),
        ("https://example.com/caf\u00e9 %zz%", "https://example.com/caf%C3%A9%20%25zz%25"),
        ("https://example.com/a\x00b", "https://example.com/a%00b"),
        ("https://B\u00dcCHER.example/a", "https://xn--bcher-kva.example/a"),
        ("https://xn--bcher-kva.example/a", "https://xn--bcher-kva.example/a"),
        ("https://stra\u00dfe.example", "https://xn--strae-oqa.example"),
        ("https://\uff45xample\u3002com", "https://example.com"),
        ("http://[2001:DB8:0::1]:80/a", "https://[2001:db8::1]/a"),
        ("http://192.0.2.7/a", "https://192.0.2.7/a"),
        ("http://localhost:8000", "https://localhost:8000"),
    ],
)
def test_spelling(url, spelling):
    assert canonical_url(url) == spelling


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "Example Wire, p. 7",
        "example.com/a",
        "//example.com/a",
        "/a",
        "mailto:a@example.com",
        "ftp://example.com/a",
        "javascript:alert(1)//https://example.com",
        "https://",
        "https:///a",
        "https://./a",
        "https://a..b/",
        "https://a b.com/",
        "https://exam\x00ple.com/",
        "https://example.com\\@evil.example/",
        "https://example.com:99999/",
        "https://example.com:port/",
        "https://[::1/a",
        "https://[::1%25eth0]/a",
        "https://[nothing]/a",
        "https://]/",
        "https://%/",
        "https://\u2100.example/",
        "https://" + "a" * 300 + ".example/",
        "https://" + "\u00e4" * 70 + ".example/",
    ],
)
def test_invalid_urls(url):
    assert canonical_url(url) == ""
    assert source_key(url) == ""


def test_very_long_urls():
    url = "https://example.com/" + "a/%61?b&" * 125_000
    assert canonical_url(canonical_url(url)) == canonical_url(url)
    assert len(source_key(url)) == 64


PARTS = ["http://", "https://", "www.", "a.b", "%2e", "..", "/", "?", "&", "=", "#!", "+", "%", ":"]


@given(st.lists(st.one_of(st.sampled_from(PARTS), st.text(max_size=4))).map("".join))
@example("https://a.b/\ud800?\ud800")
@example("https://www.www.b")
@example("https://a.b/%2e%2e/%2E")
def test_canonical_urls_are_stable_and_nothing_raises(url):
    for address in (url, f"https://a.b/{url}", f"https://a.b?{url}", f"https://{url}"):
        spelling = canonical_url(address)
        assert canonical_url(spelling) == spelling
        assert spelling == "" or spelling.isascii()


@pytest.mark.parametrize(
    "url", ["https://example.com", "HTTP://example.com/a?b#c", "http://[::1]/"]
)
def test_web_urls(url):
    assert web_url(url) == web_url(f" {url}\n") == url


@pytest.mark.parametrize(
    "url",
    [
        *("", None, 3, "example.com", "//example.com", "https:", "https:///a", "http://["),
        *("ftp://example.com/", "mailto:a@example.com", "java\nscript:alert(1)"),
        "https://example.com/\0",
    ],
)
def test_everything_else_is_no_web_url(url):
    assert web_url(url) is None
