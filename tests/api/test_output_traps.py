"""Unusual or corrupt content in the database breaks no public URL."""

import json
from datetime import date

import pytest
from django.db import connection
from django.utils import timezone
from lxml import etree

from digest.models import IssuePage
from digest.pages.stories import story_table
from tests.builders import (
    block,
    body,
    corrupt,
    make_digest,
    make_document,
    make_image,
    make_issue,
    nested,
    source,
    story,
)
from tests.optional_apps import served

pytestmark = pytest.mark.django_db

SCRIPT = "<script>alert(1)</script>"
ODD = f"Odd \x01\x0b\x1f\ufffe\uffff ]]> </script>{SCRIPT} \u2028\u2029\u202e &amp; <!-- {{{{ %s"
HUGE = "A" * 1_000_000

LISTS = served(
    "/api/v1/issues/",
    "/api/v1/issues/?include=body",
    "/api/v1/issues/?include=body&rich_text=markdown",
    "/api/v1/issues/?include=body&rich_text=text",
    "/api/v1/issues/?order=date&count=true&updated_since=2000-01-01T00:00:00Z",
    "/api/v1/stories/",
    "/api/v1/stories/?rich_text=markdown",
    "/api/v1/digests/",
    "/api/v1/tags/",
    "/api/v1/site/",
    "/feeds/daily/rss.xml",
    "/feeds/daily/atom.xml",
    "/feeds/daily/feed.json",
    "/feeds/daily/tags/ai/rss.xml",
    "/sitemap.xml",
    "/sitemap-1.xml",
    "/llms.txt",
    "/",
    "/daily/",
    "/tags/ai/",
    "/search/?q=happened",
)


def urls_of(issue):
    """Return every URL of a single issue."""
    own = [f"/api/v1/issues/{issue.pk}/", f"/api/v1/issues/{issue.pk}.md"]
    own += [f"{own[0]}?rich_text=markdown", f"{own[0]}?rich_text=text"]
    pages = [f"/api/v1/pages/?path={issue.url}", issue.url] if issue.slug else []
    return [*own, *pages]


def assert_valid(client, url):
    """Fail unless the response is a 200 and its body valid for its media type."""
    response = client.get(url)
    assert response.status_code == 200, f"{url}: {response.status_code}"
    media_type = response["Content-Type"].partition(";")[0]
    text = response.content.decode("utf-8", errors="strict")
    if "json" in media_type:
        json.loads(text, parse_constant=lambda name: pytest.fail(f"{url}: {name}"))
    elif "xml" in media_type:
        etree.fromstring(response.content, etree.XMLParser(huge_tree=True))
    elif media_type == "text/html":
        assert SCRIPT not in text, url


def make(digest, **fields):
    """Make an issue with a tag, so that every URL includes it."""
    return make_issue(digest, **({"tags": ("AI",)} | fields))


def odd_characters(digest):
    blocks = [story(ODD, body=f"<p>{ODD}</p>", sources=[source(title=ODD, publisher=ODD)])]
    blocks += [block("bottom_line", text=ODD), block("sources", items=[source(title=ODD)])]
    digest.title = digest.tagline = ODD
    digest.save(clean=False)
    texts = {"title": ODD, "byline": ODD, "correction": ODD, "body": body(*blocks, summary=ODD)}
    return make(digest, **texts, tags=("AI", ODD[:90]))


def huge_texts(digest):
    issue = make(digest)
    IssuePage.objects.update(body=body(story(HUGE, body=f"<p>{HUGE}</p>"), summary=HUGE))
    story_table.rebuild()
    return issue


def first_day(digest):
    return make(digest, day=date(1, 1, 1))


def last_day(digest):
    return make(digest, day=date(9999, 12, 31))


def made_live_by_code(digest):
    issue = make(digest)
    never = {"first_published_at": None, "last_published_at": None}
    IssuePage.objects.update(**never, latest_revision_created_at=None)
    type(digest).objects.update(**never)
    return issue


def published_at_the_ends_of_time(digest):
    issue = make(digest)
    ends = [timezone.datetime(1, 1, 1), timezone.datetime(9999, 12, 31, 23, 59, 59)]
    first, last = (end.replace(tzinfo=timezone.get_fixed_timezone(0)) for end in ends)
    IssuePage.objects.update(first_published_at=first, last_published_at=last)
    return issue


def without_a_slug(digest):
    issue = make(digest)
    IssuePage.objects.update(slug="")
    return IssuePage.objects.get(pk=issue.pk)


def without_words(digest):
    issue = make(digest)
    IssuePage.objects.update(title="", body="[]")
    story_table.rebuild()
    return issue


def with_deleted_references(digest):
    image, document, page = make_image(), make_document(), make_issue(digest, 1)
    links = (
        f'<a linktype="page" id="{page.pk}">a</a><a linktype="document" id="{document.pk}">b</a>'
    )
    embeds = f'<embed embedtype="image" id="{image.pk}" format="left" alt="c"/>'
    shown = {"image": image.pk, "decorative": False, "alt_text": "d"}
    blocks = body(story(body=f"<p>{links}</p>{embeds}", image=shown))
    issue = make(digest, body=blocks, image=image)
    for gone in (image, document, page):
        gone.delete()
    return IssuePage.objects.get(pk=issue.pk)


def with_a_missing_file(digest):
    image = make_image()
    shown = {"image": image.pk, "decorative": False, "alt_text": "d"}
    issue = make(digest, body=body(story(image=shown)), image=image)
    image.file.storage.delete(image.file.name)
    return issue


STATES = [
    odd_characters,
    huge_texts,
    without_a_slug,
    without_words,
    with_deleted_references,
    with_a_missing_file,
]
DATETIME_STATES = [first_day, last_day, made_live_by_code, published_at_the_ends_of_time]
ZONES = ["UTC", "Pacific/Kiritimati", "America/New_York"]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_unusual_content_breaks_no_url(state, digest, client):
    issue = state(digest)
    for url in [*LISTS, *urls_of(issue)]:
        assert_valid(client, url)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("state", DATETIME_STATES, ids=lambda state: state.__name__)
def test_extreme_datetimes_break_no_url(state, zone, digest, client, settings):
    settings.TIME_ZONE = zone
    issue = state(digest)
    for url in [*LISTS, *urls_of(issue)]:
        assert_valid(client, url)


# Invalid bodies, stored by other code or by an earlier version.

CORRUPT = {
    "unknown type": [{"type": "gone", "id": "1", "value": {}}],
    "no value": [{"type": "story_section", "id": "1"}],
    "no type": [{"id": "1", "value": {}}],
    "text for fields": [{"type": "story_section", "id": "1", "value": "text"}],
    "null for fields": [{"type": "headline", "id": "1", "value": None}],
    "number for text": [story(5, body=5)],
    "number for a list": [{"type": "sources", "id": "1", "value": {"items": 5}}],
    "text for an image": [story(image="an image")],
    "text for a date": [story(sources=[source(published_on="yesterday")])],
    "lists for blocks": [[]],
    "numbers for blocks": [1, None],
    "image id that no database has": [story(image={"image": 2**63})],
    "the same as text": [story(image={"image": "9" * 30, "decorative": True})],
    "the same without alt text": [story(image=10**30)],
    "object for an id": [story() | {"id": {"a": 1}}],
    "list for an id": [story("One") | {"id": [1]}, story("Two") | {"id": [1]}],
    "number for an id": [story() | {"id": 7}],
    "900 levels": [story(body=nested(900))],
    "object for the list": {"a": 1},
    "text": "text",
    "number": 5,
    "null": None,
}


@pytest.mark.slow
@pytest.mark.parametrize("stored", CORRUPT.values(), ids=CORRUPT)
def test_corrupt_body_breaks_no_url(stored, digest, client):
    issue, whole = make(digest, day=14), make(digest, day=15, title="Whole")
    corrupt(issue, stored)
    for url in [*LISTS, *urls_of(issue), *urls_of(whole)]:
        assert_valid(client, url)
    feed = client.get("/feeds/daily/feed.json").json()
    assert "Whole" in [item["title"] for item in feed["items"]]


def test_story_whose_image_no_database_has_is_shown_without_one(digest, client, get):
    issue = make(digest)
    corrupt(issue, [story("Shown", image={"image": 10**30, "decorative": True})])
    [section] = get(f"issues/{issue.pk}/")["body"]
    assert (section["value"]["heading"], section["value"]["image"]) == ("Shown", None)
    assert "Shown" in client.get(issue.url).content.decode()


HALF_EMOJI = {
    "rich text": story(body="<p>Rain \ud83d today</p>"),
    "heading": story("Rain \udc00"),
    "source": story(sources=[source(title="\ud800 Rain", publisher="\udfff")]),
}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL rejects half an emoji")
@pytest.mark.parametrize("stored", HALF_EMOJI.values(), ids=HALF_EMOJI)
def test_half_an_emoji_is_dropped(stored, digest, client):
    issue = make(digest)
    corrupt(issue, [*json.loads(body(stored)), block("bottom_line", text="<p>\ud83d\ude80</p>")])
    for url in [*LISTS, *urls_of(issue)]:
        assert_valid(client, url)
    assert "Rain" in client.get(issue.url).content.decode()
    assert "\U0001f680" in client.get(issue.url).content.decode()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite rejects a depth of 1,000")
def test_body_that_is_too_deep_to_be_parsed_is_empty(digest, client, caplog):
    issue, whole = make(digest, day=14), make(digest, day=15, title="Whole")
    with connection.cursor() as cursor:
        values = ["[" * 3000 + "]" * 3000, issue.pk]
        cursor.execute("UPDATE digest_issuepage SET body = %s WHERE page_ptr_id = %s", values)
    story_table.rebuild()
    for url in [*LISTS, *urls_of(issue), *urls_of(whole)]:
        assert_valid(client, url)
    assert client.get(f"/api/v1/issues/{issue.pk}/").json()["body"] == []
    assert "nested" in caplog.text  # newer releases of Python parse it, and we reject it


def test_valid_blocks_are_returned_and_others_logged(digest, get, caplog):
    issue = make(digest)
    corrupt(issue, [story("Whole"), *CORRUPT["text for fields"]])
    caplog.clear()
    [block] = get(f"issues/{issue.pk}/")["body"]
    assert block["value"]["heading"] == "Whole"
    assert {(record.name, record.levelname) for record in caplog.records} == {
        ("digest.blocks.stored", "ERROR")
    }


@pytest.mark.parametrize("table", ["digest_issuepage", "digest_digestpage"])
def test_page_without_its_own_row_breaks_no_other_url(table, digest, home_page, client):
    issue = make(make_digest(home_page, "weekly"))
    whole = make(digest)
    page = issue if table == "digest_issuepage" else issue.get_parent()
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        columns = {
            "digest_search_entry": "issue_id",
            "digest_story": "issue_id",
            "digest_issuetag": "content_object_id",
            table: "page_ptr_id",
        }
        for name in columns.keys() & {*connection.introspection.table_names(), table}:
            cursor.execute(f"DELETE FROM {name} WHERE {columns[name]} = %s", [page.pk])  # noqa: S608
    for url in [*LISTS, *urls_of(whole)]:
        assert_valid(client, url)
    assert client.get("/api/v1/pages/?path=/weekly/").status_code in (200, 404)
    assert client.get(f"/api/v1/issues/{issue.pk}/").status_code in (200, 404)
