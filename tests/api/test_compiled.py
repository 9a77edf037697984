"""Responses by SQL and numbers of an earlier one show what is public now."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.db.models.sql.compiler import SQLCompiler
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction, Site

from digest import memo
from digest.caching import content_version
from digest.models import DigestPage, IssuePage
from tests.builders import block, body, make_digest, make_issue, story
from tests.visibility.people import editor, restrict_by_password, with_passwords

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def version(settings, monkeypatch):
    """Render each response, under a content version that the test changes."""
    settings.DIGEST_CACHE_SECONDS = 0
    version = SimpleNamespace(number=0)
    monkeypatch.setattr(content_version, "current", lambda: f"version {version.number}")
    memo.clear()
    yield version
    memo.clear()


@pytest.fixture
def issues(digest):
    """Three issues with a tag, two of them with a link to the first one."""
    first = make_issue(digest, date(2026, 3, 1), tags=("trams",))
    link = f'<p><a linktype="page" id="{first.pk}">first</a></p>'
    text = body(story(body=link))
    later = [make_issue(digest, date(2026, 3, day), body=text, tags=("trams",)) for day in (2, 3)]
    return [first, *later]


@pytest.fixture
def compiled(monkeypatch):
    """Collect the models whose queries Django compiles."""
    found, as_sql = [], SQLCompiler.as_sql

    def count(self, *args, **kwargs):
        found.append(self.query.model)
        return as_sql(self, *args, **kwargs)

    monkeypatch.setattr(SQLCompiler, "as_sql", count)
    return found


def url(issue):
    return f"/api/v1/issues/{issue.pk}/"


def ids(page):
    return [issue["id"] for issue in page["results"]]


@pytest.mark.parametrize("order", ["date", "-date"])
def test_other_pages_need_no_compiling(client, digest, issues, compiled, order, monkeypatch):
    monkeypatch.setattr("digest.api.views.USUAL_LIMITS", {1})
    same_day = make_issue(digest, date(2026, 3, 2), slug="evening")
    days = [issues[0], issues[1], same_day, issues[2]]
    expected = [issue.pk for issue in (days if order == "date" else reversed(days))]
    next_url = f"/api/v1/issues/?limit=1&order={order}&fields=id,title"
    pages = []
    while next_url:
        pages.append(client.get(next_url).json())
        next_url = pages[-1]["next"]
        if len(pages) == 2:
            compiled.clear()
    assert [pk for page in pages for pk in ids(page)] == expected
    assert compiled == []
    back = client.get(pages[-1]["previous"]).json()
    compiled.clear()
    assert ids(client.get(back["previous"]).json()) == expected[1:2]
    assert ids(back) == expected[2:3]
    assert compiled == []


def test_later_page_of_an_unusual_length_is_compiled(client, issues, compiled):
    next_url = client.get("/api/v1/issues/?limit=1").json()["next"]
    assert ids(client.get(next_url).json()) == [issues[1].pk]
    compiled.clear()
    assert ids(client.get(next_url).json()) == [issues[1].pk]
    assert IssuePage in compiled


@pytest.mark.parametrize("by_slugs", [False, True])
def test_another_issue_needs_no_compiling(client, issues, compiled, by_slugs):
    urls = [f"/api/v1/digests/daily/issues/{i.slug}/" if by_slugs else url(i) for i in issues]
    assert client.get(urls[1]).json()["id"] == issues[1].pk
    assert compiled
    compiled.clear()
    assert client.get(urls[2]).json()["id"] == issues[2].pk
    assert compiled == []


FIRST = ["", "?include=body", "?order=date", "?fields=id,title", "?count=true"]


@pytest.mark.parametrize("query", FIRST)
def test_first_page_needs_no_compiling(client, issues, compiled, query):
    first = client.get(f"/api/v1/issues/{query}").json()
    compiled.clear()
    assert client.get(f"/api/v1/issues/{query}").json() == first
    assert compiled == []
    assert len(first["results"]) == 3


@pytest.mark.parametrize("query", ["?tag=none", "?year=2025", "?digest=none", "?locale=fr"])
def test_filters_are_applied_after_a_list_without_them(client, issues, query):
    client.get("/api/v1/issues/")
    assert client.get(f"/api/v1/issues/{query}").json()["results"] == []


def test_limit_and_order_are_those_of_each_request(client, issues):
    def days(query):
        return [i["date"][-2:] for i in client.get(f"/api/v1/issues/{query}").json()["results"]]

    assert days("") == ["03", "02", "01"]
    assert days("?limit=1") == ["03"]
    assert days("?order=date&limit=2") == ["01", "02"]


def hide_by_restriction(issue):
    PageViewRestriction.objects.create(page=issue, restriction_type="login")


def hide_by_unpublishing(issue):
    Page.objects.filter(pk=issue.pk).update(live=False)


@pytest.mark.parametrize("hide", [hide_by_restriction, hide_by_unpublishing])
def test_change_shows_in_the_next_response(client, issues, version, hide):
    first, second = issues[:2]
    assert client.get(url(first)).status_code == 200
    assert "href=" in client.get(url(second)).content.decode()
    hide(first)
    version.number += 1
    assert client.get(url(first)).status_code == 404
    found = client.get(url(second))
    assert found.json()["previous"] is None
    assert "href=" not in found.content.decode()
    assert len(client.get("/api/v1/issues/").json()["results"]) == 2


def test_expired_issue_disappears_without_a_change(client, issues, monkeypatch):
    first, second = issues[:2]
    at = timezone.now() + timedelta(hours=1)
    Page.objects.filter(pk=first.pk).update(expire_at=at)
    assert client.get(url(second)).json()["previous"]["id"] == first.pk
    assert "href=" in client.get(url(second)).content.decode()
    monkeypatch.setattr(timezone, "now", lambda: at + timedelta(seconds=1))
    assert client.get(url(first)).status_code == 404
    assert client.get(url(second)).json()["previous"] is None
    assert "href=" not in client.get(url(second)).content.decode()
    assert len(client.get("/api/v1/issues/").json()["results"]) == 2


COUNTED = ["/api/v1/issues/?count=true", "/api/v1/issues/?count=true&tag=trams&limit=1"]
COUNTED += ["/api/v1/sources/?count=true", "/api/v1/tags/", "/api/v1/tags/trams/"]
COUNTED += ["/daily/", "/tags/trams/", "/", "/sitemap.xml"]


@pytest.mark.parametrize("path", COUNTED)
def test_rows_are_counted_once_for_a_content_version(client, issues, version, path):
    first = client.get(path)
    with CaptureQueriesContext(connection) as queries:
        again = client.get(path)
    assert again.content == first.content
    assert not [q for q in queries if "COUNT(" in q["sql"] and "LIMIT" not in q["sql"]]
    version.number += 1
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    assert [q for q in queries if "COUNT(" in q["sql"]]


def count_in(response):
    """Return the number of issues in a response of ``NUMBERED``."""
    if response.context:
        return response.context["issues"].paginator.count
    data = response.json()
    return data["count"] if "count" in data else data["results"][0]["issue_count"]


NUMBERED = [
    "/api/v1/issues/?count=true",
    "/api/v1/issues/?count=true&tag=trams",
    "/api/v1/tags/",
    "/daily/",
    "/tags/trams/",
    "/",
]


@pytest.mark.parametrize("path", NUMBERED)
def test_count_falls_when_an_issue_expires(client, issues, monkeypatch, path):
    at = timezone.now() + timedelta(hours=1)
    Page.objects.filter(pk=issues[0].pk).update(expire_at=at)
    assert [count_in(client.get(path)) for _time in range(2)] == [3, 3]
    monkeypatch.setattr(timezone, "now", lambda: at + timedelta(seconds=1))
    assert [count_in(client.get(path)) for _time in range(2)] == [2, 2]


@pytest.mark.parametrize("path", NUMBERED)
def test_count_is_that_of_the_next_content_version(client, issues, version, path):
    assert count_in(client.get(path)) == 3
    hide_by_unpublishing(issues[0])
    version.number += 1
    assert count_in(client.get(path)) == 2


def test_counts_of_other_filters_are_told_apart(client, issues, digest):
    make_issue(digest, date(2026, 4, 1), tags=("trams", "ferries"))
    make_issue(make_digest(digest.get_parent(), "weekly"), date(2026, 4, 2))
    for _time in range(2):
        found = {
            query: client.get(f"/api/v1/issues/?count=true{query}").json()["count"]
            for query in ("", "&tag=trams", "&tag=ferries", "&digest=weekly", "&tag=none")
        }
        assert list(found.values()) == [5, 4, 1, 1, 0]
        pages = [
            count_in(client.get(path)) for path in ("/daily/", "/weekly/", "/", "/tags/trams/")
        ]
        assert pages == [4, 1, 5, 4]


def test_count_of_a_restricted_digest_is_not_that_of_other_readers(client, issues, digest):
    """Readers who know the password see issues that nobody else does."""
    PageViewRestriction.objects.create(page=digest, restriction_type="password", password="p")
    reader = with_passwords()
    for _time in range(2):
        assert count_in(reader.get("/daily/")) == 3
        assert count_in(client.get("/daily/")) == 0  # the form that asks for the password
        assert count_in(client.get("/api/v1/issues/?count=true")) == 0
        assert count_in(client.get("/")) == 0


@pytest.mark.parametrize("person", [with_passwords, editor])
def test_page_of_one_reader_leaves_no_values_to_others(client, issues, digest, person):
    if person is with_passwords:
        restrict_by_password(digest)
    assert person().get("/daily/").status_code == 200
    assert not memo._latest.get("version 0")
    client.get("/")
    assert memo._latest.get("version 0")


def test_page_leaves_no_values_if_content_changes_meanwhile(client, issues, monkeypatch):
    versions = (f"version {number}" for number in range(100))
    monkeypatch.setattr(content_version, "current", lambda: next(versions))
    assert client.get("/daily/").status_code == 200
    assert memo._latest.state[1] == {}


def test_issues_of_a_class_that_chooses_them_are_counted_each_time(client, issues, monkeypatch):
    def get_issues(digest):
        return every(digest).filter(pk__in=chosen)

    every, chosen = DigestPage.get_issues, [issue.pk for issue in issues]
    monkeypatch.setattr(DigestPage, "get_issues", get_issues)
    assert count_in(client.get("/daily/")) == 3
    chosen.pop()
    assert count_in(client.get("/daily/")) == 2


def test_sites_on_two_ports_are_counted_apart(client, issues):
    root = Page.objects.get(depth=1)
    other = root.add_child(instance=Page(title="Other", slug="other-home"))
    Site.objects.create(hostname="localhost", port=8443, root_page=other)
    make_issue(make_digest(other, "theirs"), date(2026, 3, 4))

    def count(port):
        path, host = "/api/v1/issues/?count=true", {"host": "localhost"}
        return count_in(client.get(path, headers=host, SERVER_PORT=port))

    assert [count("80"), count("8443")] == [3, 1]


def test_days_of_issues_without_a_time_take_no_more_queries(client, issues):
    IssuePage.objects.update(first_published_at=None)

    def number_of_queries(fields):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/api/v1/issues/?fields={fields}").status_code == 200
        return len(queries)

    number_of_queries("digest")
    assert number_of_queries("digest,published_at") == number_of_queries("digest")


def test_renamed_site_shows(client, issues, version):
    assert client.get(url(issues[0])).json()["url"] == "http://localhost/daily/2026-03-01/"
    Site.objects.update(hostname="tides.example")
    version.number += 1
    assert client.get(url(issues[0])).json()["url"].startswith("http://tides.example/")


def test_sites_are_told_apart(client, issues, site, settings):
    settings.ALLOWED_HOSTS = ["*"]
    root = Page.objects.get(depth=1)
    other = root.add_child(instance=Page(title="Other", slug="other-home"))
    Site.objects.create(hostname="other.example", root_page=other)
    theirs = make_issue(make_digest(other, "theirs"), date(2026, 3, 4))
    for _time in range(2):
        assert client.get(url(issues[0])).status_code == 200
        assert client.get(url(theirs)).status_code == 404
        assert client.get(url(theirs), headers={"host": "other.example"}).status_code == 200
        assert client.get(url(issues[0]), headers={"host": "other.example"}).status_code == 404
        assert client.get("/api/v1/digests/theirs/issues/2026-03-04/").status_code == 404


def test_pages_with_urls_of_their_own_are_linked_by_them(client, digest, monkeypatch):
    text = body(story(body=f'<p><a linktype="page" id="{digest.pk}">digest</a></p>'), block("x"))
    issue = make_issue(digest, body=text)
    parts = (1, "https://elsewhere.example", "/here/")
    monkeypatch.setattr(type(digest), "get_url_parts", lambda self, request=None: parts)
    from digest.rendering import rich_text

    rich_text._has_usual_url.cache_clear()
    assert "https://elsewhere.example/here/" in client.get(url(issue)).content.decode()
    rich_text._has_usual_url.cache_clear()
