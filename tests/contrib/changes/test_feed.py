"""The endpoint ``/changes/``."""

import re
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path
from urllib.error import HTTPError
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from wagtail.models import Locale, Page, Site

from digest.contrib.changes import tombstones
from digest.contrib.changes.api import views
from digest.contrib.changes.api.tokens import read_token, write_token
from digest.contrib.changes.models import FeedState, PublicState
from tests.builders import expire, make_issue, restrict
from tests.contrib.changes.feed import FEED, Copy, fetch, listed_issues, relay

pytestmark = pytest.mark.django_db


@pytest.fixture
def issues(digest):
    """Return three issues that the feed has."""
    issues = [make_issue(digest, day) for day in (14, 15, 16)]
    relay()
    return issues


def problem(status, **parameters):
    response = Client().get(FEED, parameters)
    assert response.status_code == status
    return response.json()


def states(page):
    return [(row["state"], row["id"]) for row in page["results"]]


def test_feed_starts_with_all_that_is_public_and_ends(issues):
    page = fetch()
    assert [row["kind"] for row in page["results"]] == ["digest", "issue", "issue", "issue"]
    assert not page["has_more"]
    assert fetch(since=page["next_since"])["results"] == []


def test_row_says_where_the_issue_is_and_what_it_is(issues):
    row = fetch(kind="issue", include="issue")["results"][0]
    listed = listed_issues()[issues[0].pk]
    assert row.pop("issue") == listed
    state = PublicState.objects.get(page_id=issues[0].pk)
    assert row.pop("changed_at") == state.changed_at.isoformat(timespec="seconds").replace(
        "+00:00", "Z"
    )
    assert row == {
        "state": "public",
        "kind": "issue",
        "id": issues[0].pk,
        "locale": "en",
        "sequence": state.sequence,
        "url": listed["url"],
        "api_url": listed["api_url"],
    }


def test_rich_text_of_issues_has_the_format_of_the_request(issues):
    row = fetch(kind="issue", include="issue", rich_text="markdown")["results"][0]
    assert row["issue"] == listed_issues(rich_text="markdown")[issues[0].pk]


def test_page_that_is_gone_has_neither_url_nor_reason(issues):
    since = fetch()["next_since"]
    restrict(issues[0])
    issues[1].unpublish()
    issues[2].delete()
    relay()
    rows = fetch(since=since)["results"]
    assert [set(row) for row in rows] == [{"state", "kind", "id", "sequence"}] * 3
    assert {row["state"] for row in rows} == {"gone"}


def test_first_copy_has_no_page_that_was_gone_before(issues):
    issues[0].unpublish()
    relay()
    page = fetch(limit=1, kind="issue")
    assert states(page) == [("public", issues[1].pk)]
    issues[2].unpublish()
    relay()
    rest = fetch(kind="issue", since=page["next_since"])
    assert states(rest) == [("gone", issues[2].pk)]


def test_page_moves_to_the_end_while_a_client_fetches(issues):
    page = fetch(limit=2)
    Page.objects.filter(pk=issues[0].pk).update(title="Another")
    relay()
    rest = fetch(since=page["next_since"])
    assert states(rest) == [("public", pk) for pk in (issues[1].pk, issues[2].pk, issues[0].pk)]


def test_hidden_page_is_gone_before_the_relay_runs(issues):
    since = write_token(read_token(fetch()["next_since"])._replace(sequence=0, first=0))
    expire(issues[0])
    restrict(issues[1])
    assert states(fetch(kind="issue", since=since)) == [
        ("gone", issues[0].pk),
        ("gone", issues[1].pk),
        ("public", issues[2].pk),
    ]
    assert states(fetch(kind="issue")) == [("public", issues[2].pk)]


def test_kind_and_language_filter_what_is_gone_too(issues):
    french = Locale.objects.create(language_code="fr")
    Page.objects.filter(pk=issues[2].pk).update(locale=french)
    relay()
    first = write_token(read_token(fetch()["next_since"])._replace(sequence=0, first=0))
    issues[2].delete()
    relay()
    found = {code: fetch(since=first, locale=code, kind="issue") for code in ("en", "fr", "de")}
    assert {row["id"] for row in found["en"]["results"]} == {issues[0].pk, issues[1].pk}
    assert states(found["fr"]) == [("gone", issues[2].pk)]
    assert states(found["de"]) == []


@pytest.mark.parametrize("since", ["x", "W10", "bnVsbA", "WyJ4IiwxLDIsM10x", "e30"])
def test_malformed_token_is_an_invalid_parameter(issues, since):
    (error,) = problem(400, since=since)["errors"]
    assert (error["parameter"], error["code"]) == ("since", "invalid")


def test_token_of_another_site_is_an_invalid_parameter(issues, home_page):
    other = Site.objects.create(hostname="other.example", root_page=home_page)
    token = read_token(fetch()["next_since"])._replace(site_id=other.pk)
    assert problem(400, since=write_token(token))["errors"][0]["parameter"] == "since"


def test_token_that_cannot_go_on_starts_over(issues):
    token = read_token(fetch()["next_since"])
    for other in (token._replace(epoch=str(uuid4())), token._replace(sequence=10**6)):
        assert problem(410, since=write_token(other))["type"].endswith("#start-over")
    last = FeedState.objects.get().sequence
    call_command("restart_changes", stdout=StringIO())
    problem(410, since=write_token(token))
    assert FeedState.objects.get().sequence > last + 10**8  # none of those lost is given again


def test_program_of_the_documentation_starts_over(issues, monkeypatch):
    def urlopen(url):
        response = Client().get(url.removeprefix("https://books.example"))
        if response.status_code != 200:
            raise HTTPError(url, response.status_code, "", {}, None)
        return BytesIO(response.content)

    text = (Path(__file__).parents[3] / "docs/how-to/keep-a-copy.md").read_text()
    program = {}
    exec(re.findall(r"```python\n(.*?)```", text, re.DOTALL)[1], program)  # noqa: S102
    monkeypatch.setattr("urllib.request.urlopen", urlopen)
    copy = {}
    since = program["update"](copy, None)
    issues[0].delete()
    relay()
    call_command("restart_changes", stdout=StringIO())
    since = program["update"](copy, since)
    assert copy == listed_issues()
    assert program["update"](copy, since) == since


def test_tombstones_are_kept_for_a_time(issues, settings):
    old = fetch()["next_since"]
    issues[0].delete()
    relay()
    new = fetch()["next_since"]
    assert tombstones.prune() == 0
    PublicState.objects.filter(is_public=False).update(
        changed_at=timezone.now() - timedelta(days=401)
    )
    assert tombstones.prune() == 1
    problem(410, since=old)
    assert fetch(since=new)["results"] == []
    copy = Copy(limit=1)
    copy.update()
    assert set(copy.issues) == {issues[1].pk, issues[2].pk}


def test_tombstone_that_is_deleted_while_the_feed_is_read(issues, monkeypatch):
    """The client learns that it has to start over, and not that there is nothing new."""
    old = fetch()["next_since"]
    issues[0].delete()
    relay()
    PublicState.objects.filter(is_public=False).update(
        changed_at=timezone.now() - timedelta(days=401)
    )
    rows = views.Changes.rows

    def prune_first(view, *args):
        tombstones.prune()
        return rows(view, *args)

    monkeypatch.setattr(views.Changes, "rows", prune_first)
    problem(410, since=old)


def test_site_without_pages_has_an_empty_feed(issues, home_page):
    root = Page.objects.get(depth=1).add_child(instance=Page(title="Other", slug="other"))
    Site.objects.create(hostname="other.example", root_page=root)
    relay()
    assert fetch(site="other.example")["results"] == []


def test_caches_ask_whether_the_feed_is_the_same(issues):
    response = Client().get(FEED)
    assert response["Cache-Control"] == "max-age=0, must-revalidate"
    again = Client().get(FEED, headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again["Cache-Control"]) == (304, response["Cache-Control"])
    expire(issues[0])
    assert Client().get(FEED, headers={"If-None-Match": response["ETag"]}).status_code == 200


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_feed_is_not_in_the_response_cache(digest):
    assert fetch()["results"] == []
    relay()
    assert len(fetch()["results"]) == 1
    FeedState.objects.update(epoch=uuid4())  # changes no content
    assert read_token(fetch()["next_since"]).epoch == str(FeedState.objects.get().epoch)


def test_a_page_of_the_feed_takes_few_queries(digest, django_assert_max_num_queries):
    for day in range(1, 11):
        make_issue(digest, day)
    relay()
    fetch()
    with django_assert_max_num_queries(7):
        fetch(kind="issue")
