"""The views behind “Paste links”: URLs in a text become sources, and their pages are read."""

import pytest
from django.test import Client

from digest.admin.sources import links
from tests.admin.helpers import make_user
from tests.builders import make_issue
from tests.http.servers import server  # noqa: F401

pytestmark = pytest.mark.django_db

LINKS, PAGES = "/admin/digest/source-links/", "/admin/digest/source-pages/"
AJAX = {"x-requested-with": "XMLHttpRequest"}
PAGE = """<title>Ferries</title><meta property="og:site_name" content="Wire">
<meta name="author" content="Ana"><meta property="article:published_time" content="2026-04-14">"""


@pytest.fixture
def writer(client, digest):
    client.force_login(make_user("writer", digest, "add"))
    return client


def find(client, text, *known):
    response = client.post(LINKS, {"text": text, "known": known}).json()
    return [item["value"]["url"] for item in response["sources"]], response["message"]


def read(client, *urls):
    return client.post(PAGES, {"url": urls}, headers=AJAX)


def test_links_in_a_text_become_sources(writer):
    text = "Read (https://www.a.org/x?id=1&utm_source=y), then www.b.org/z. Or a.txt, ftp://c.org"
    response = writer.post(LINKS, {"text": text}).json()
    first, second = response["sources"]
    assert first["value"] == {
        "title": "a.org",
        "url": "https://www.a.org/x?id=1",
        "publisher": None,
        "author": None,
        "published_on": None,
    }
    assert second["value"]["url"] == "https://www.b.org/z"
    assert first["id"] != second["id"]
    assert response["message"] == "2 sources were added."


def test_page_that_is_in_the_list_or_twice_in_the_text_is_added_once(writer):
    text = "https://a.org/x/ http://www.a.org/x?utm_source=y https://b.org"
    known = ["http://a.org/x", "", "not a URL"]
    assert find(writer, text, *known) == (
        ["https://b.org"],
        "1 source was added. 1 is in the list already.",
    )


def test_text_without_links_and_text_with_too_many(writer, monkeypatch):
    assert find(writer, "no link, http:// and https://x y") == ([], "The text has no web address.")
    monkeypatch.setattr(links, "MAX_LINKS", 2)
    urls, message = find(writer, "https://a.org https://b.org https://c.org")
    assert (urls, message) == (
        ["https://a.org", "https://b.org"],
        "2 sources were added. Only 2 are added at once.",
    )


def test_pages_are_read_and_each_failure_is_named(writer, server):  # noqa: F811
    server.set_response("/a", body=PAGE, Content_Type="text/html")
    found, gone = read(writer, server.url("/a"), server.url("/gone")).json()["pages"]
    assert found["source"] == {
        "title": "Ferries",
        "url": None,
        "publisher": "Wire",
        "author": "Ana",
        "published_on": "2026-04-14",
    }
    assert found["note"] == "From the page: Ferries, Wire, Ana, Tue 14 Apr 2026"
    assert gone == {"error": "The page could not be read. The server responded with status 404."}


@pytest.mark.parametrize("urls", [[], ["x"], ["file:///etc/passwd"], ["https://a.org"] * 6])
def test_invalid_requests_read_nothing(writer, server, urls):  # noqa: F811
    assert read(writer, *urls).status_code == 400
    assert server.requests == []


def test_private_servers_are_not_read(writer):
    [page] = read(writer, "http://127.0.0.1/").json()["pages"]
    assert page["error"].endswith("This host is not on the public internet.")


def test_pages_of_a_user_are_limited(writer, server, monkeypatch):  # noqa: F811
    monkeypatch.setattr(links, "PAGES_PER_MINUTE", 2)
    urls = [server.url("/a"), server.url("/b")]
    assert read(writer, *urls).status_code == 200
    response = read(writer, *urls)
    assert (response.status_code, "Wait a moment" in response.json()["error"]) == (429, True)


def test_only_users_who_write_issues_may_use_the_views(client, digest, home_page, server):  # noqa: F811
    issue = make_issue(digest)
    editor = make_user("editor", issue, "change")
    for user, status in ((editor, 200), (make_user("stranger"), 403)):
        client.force_login(user)
        assert client.post(LINKS, {"text": "x"}, headers=AJAX).status_code == status
        assert read(client, server.url("/a")).status_code == status
    assert len({path for _, _, path in server.requests}) == 2


def test_views_need_a_post_with_a_csrf_token(writer, admin_user, server):  # noqa: F811
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin_user)
    for url in (LINKS, PAGES):
        assert writer.get(url).status_code == 405
        assert strict.post(url, {"url": server.url("/a")}).status_code == 403
    assert server.requests == []
