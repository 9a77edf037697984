"""The source index follows every change of what live issues cite; the command repairs it."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.blocks import CharBlock, ListBlock, StreamBlock, StructBlock
from wagtail.models import Page

from digest.blocks import IssueBodyBlock, SourceBlock
from digest.models import Citation, IssuePage, Source
from digest.sources import index
from digest.sources.citations import cited_in
from digest.sources.models import State
from tests.builders import block, body, make_digest, make_issue, source, story

pytestmark = pytest.mark.django_db


def citing(*urls):
    """Return a body whose one story cites these URLs."""
    return body(story(sources=[source(url=url, title=f"T {url}") for url in urls]))


def fresh(issue):
    return IssuePage.objects.get(pk=issue.pk)


def cited():
    """Return (issue, canonical URL) of every citation, in order."""
    rows = Citation.objects.order_by("issue_id", "position")
    return list(rows.values_list("issue_id", "source__canonical_url"))


def is_correct():
    return list(index.citation_table.drifts()) == []


def test_each_url_is_one_source_and_each_place_a_citation(digest):
    items = [source(title="Whole", url="https://b.org/"), source(title="On paper")]
    cited_story = story(
        sources=[source(title="Part", publisher="P", url="http://www.a.org/x/?utm_id=1")]
    )
    issue = make_issue(digest, 14, body=body(cited_story, block("sources", items=items)))
    again = make_issue(digest, 15, body=citing("https://a.org/x#y"))
    assert cited() == [
        (issue.pk, "https://a.org/x"),
        (issue.pk, "https://b.org"),
        (again.pk, "https://a.org/x"),
    ]
    assert sorted(Source.objects.values_list("host", flat=True)) == ["a.org", "b.org"]
    first = Citation.objects.get(title="Part")
    assert (first.date, first.publisher, first.url) == (
        issue.date,
        "P",
        "http://www.a.org/x/?utm_id=1",
    )
    [item] = cited_story["value"]["sources"]
    assert first.content_path == f"body.{cited_story['id']}.sources.{item['id']}.url"


def test_links_in_texts_and_invalid_urls_are_not_citations(digest):
    text = '<p><a href="https://a.org/">a</a></p>'
    make_issue(digest)
    # Code can store what the form would reject.
    stored = body(story(body=text, sources=[source(), source(url="not a URL")]))
    IssuePage.objects.update(body=stored)
    index.citation_table.rebuild()
    assert cited() == []


def test_sources_are_annotated_from_their_citations(digest):
    make_issue(digest, 14, body=body(story(sources=[source(title="Old", url="https://a.org")])))
    new = source(title="New", url="http://a.org/", publisher="P")
    make_issue(digest, 16, body=body(story(sources=[new, new])))
    make_issue(digest, 15, body=body(story(sources=[source(title="Mid", url="https://a.org")])))
    found = Source.objects.cited().with_citations().get()
    assert (found.shown_title, found.shown_publisher, found.cited_url) == (
        "New",
        "P",
        "http://a.org/",
    )
    assert (found.issue_count, found.first_cited_on.day, found.last_cited_on.day) == (3, 14, 16)
    Source.objects.update(title="As on the page")
    assert str(Source.objects.with_citations().get()) == "As on the page"


@pytest.mark.parametrize(
    "change",
    [
        lambda issue: issue.unpublish(),
        lambda issue: issue.delete(),
        lambda issue: Page.objects.get(pk=issue.pk).unpublish(),
        lambda issue: issue.get_parent().delete(),
    ],
)
def test_unpublished_issues_cite_nothing_and_their_sources_stay(digest, change):
    issue = make_issue(digest, body=citing("https://a.org/"))
    Source.objects.update(state=State.DEAD)
    change(fresh(issue))
    assert cited() == []
    assert not Source.objects.cited().exists()
    assert Source.objects.get().state == State.DEAD
    make_issue(make_digest(digest.get_parent(), "other"), body=citing("https://a.org/"))
    assert Source.objects.cited().get().state == State.DEAD
    assert is_correct()


def test_drafts_cite_nothing_until_they_are_published(digest):
    issue = make_issue(digest, publish=False, body=citing("https://a.org/"))
    assert cited() == []
    issue.get_latest_revision().publish()
    assert cited() == [(issue.pk, "https://a.org")]
    draft = fresh(issue)
    draft.body = citing("https://b.org/")
    revision = draft.save_revision()
    assert cited() == [(issue.pk, "https://a.org")]
    revision.publish()
    assert cited() == [(issue.pk, "https://b.org")]


def test_dates_copies_aliases_and_moves_are_followed(digest, home_page):
    issue = make_issue(digest, 14, body=citing("https://a.org/"))
    issue = fresh(issue)
    issue.date += timedelta(days=3)
    issue.save_revision().publish()
    assert Citation.objects.get().date.day == 17
    copy = issue.copy(update_attrs={"slug": "copy"})
    alias = issue.create_alias(update_slug="alias")
    assert [pk for pk, _ in cited()] == [issue.pk, copy.pk, alias.pk]
    fresh(issue).move(make_digest(home_page, "weekly"), "last-child")
    assert is_correct()


def test_expired_issues_cite_until_they_are_unpublished(digest):
    issue = make_issue(digest, body=citing("https://a.org/"))
    IssuePage.objects.update(expire_at=timezone.now() - timedelta(days=1))
    call_command("publish_scheduled")
    assert not fresh(issue).live
    assert cited() == []


def test_a_failed_save_leaves_the_index_unchanged(digest, monkeypatch):
    issue = fresh(make_issue(digest, body=citing("https://a.org/")))
    issue.body = citing("https://b.org/")
    monkeypatch.setattr(index, "_save_sources", lambda citations: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        issue.save_revision().publish()
    assert fresh(issue).body[1].value["sources"][0]["url"] == "https://a.org/"
    assert cited() == [(issue.pk, "https://a.org")]


def test_only_what_differs_is_written(digest):
    issue = make_issue(digest, body=citing("https://a.org/", "https://b.org/"))
    before = list(Citation.objects.order_by("pk").values())
    with CaptureQueriesContext(connection) as queries:
        fresh(issue).save()
    own = [query["sql"] for query in queries if "digest_citation" in query["sql"]]
    assert len(own) == 1
    assert own[0].startswith("SELECT")
    assert list(Citation.objects.order_by("pk").values()) == before


def test_deriving_needs_the_same_number_of_queries_for_many_sources(digest):
    counts = []
    for number in (1, 30):
        urls = [f"https://a.org/{number}/{part}" for part in range(number)]
        issue = make_issue(digest, body=citing(*urls))
        Citation.objects.all().delete()
        Source.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            index.citation_table.derive([issue.pk])
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 9, counts


def test_sources_in_custom_blocks_are_found():
    deep = StreamBlock([("box", StructBlock([("list", ListBlock(SourceBlock()))]))])
    row = ListBlock(StructBlock([("name", CharBlock()), ("proof", SourceBlock())]))
    stream = IssueBodyBlock([("deep", deep), ("rows", row), ("one", SourceBlock())])
    value = source(url="https://a.org/")["value"]
    stored = [
        {
            "type": "deep",
            "id": "1",
            "value": [
                {
                    "type": "box",
                    "id": "2",
                    "value": {"list": [{"type": "item", "id": "3", "value": value}]},
                }
            ],
        },
        {"type": "rows", "id": "4", "value": [{"name": "N", "proof": value}]},
        {"type": "one", "id": "5", "value": value},
    ]
    found = list(cited_in(stream.to_python(stored)))
    assert [place.content_path for place in found] == [
        "body.1.2.list.3.url",
        "body.4.0.proof.url",
        "body.5.url",
    ]
    assert {place.url for place in found} == {"https://a.org/"}


def test_characters_that_databases_reject_are_removed(digest):
    value = source(url="https://a.org/\0", title="A\0B\ud800" + "x" * 400, publisher="P\0")
    stored = json.dumps([block("headline", summary="S"), story(sources=[value])])
    issue = make_issue(digest)
    IssuePage.objects.filter(pk=issue.pk).update(body=stored)
    index.citation_table.rebuild()
    found = Citation.objects.get()
    assert (found.title[:3], len(found.title), found.publisher) == ("ABx", 300, "P")


def test_an_issue_with_a_broken_body_cites_nothing_and_stops_nothing(digest):
    broken, other = (make_issue(digest, body=citing("https://a.org/")) for _ in range(2))
    with connection.cursor() as cursor:
        table = IssuePage._meta.db_table
        cursor.execute(f"UPDATE {table} SET body = '[5]' WHERE page_ptr_id = {broken.pk}")  # noqa: S608
    index.citation_table.rebuild()
    assert cited() == [(other.pk, "https://a.org")]
    fresh(broken).unpublish()


def test_command_prints_and_repairs_what_differs(digest, monkeypatch):
    monkeypatch.setattr("digest.pages.derived.BATCH_SIZE", 2)
    one, two, three = (make_issue(digest, body=citing("https://a.org/")) for _ in range(3))
    Citation.objects.filter(issue=one).delete()
    Citation.objects.filter(issue=two).update(title="By hand")
    IssuePage.objects.filter(pk=three.pk).update(live=False)
    before = list(Citation.objects.order_by("pk").values())
    out = StringIO()
    with pytest.raises(CommandError, match="rebuild_sources"):
        call_command("rebuild_sources", check=True, stdout=out)
    assert out.getvalue().splitlines() == [
        f"missing: issue {one.pk}, citation 1",
        f"differs: issue {two.pk}, citation 1",
        f"stale: issue {three.pk}, citation 1",
    ]
    assert list(Citation.objects.order_by("pk").values()) == before
    call_command("rebuild_sources", stdout=out)
    assert out.getvalue().endswith("3 citations repaired.\n")
    call_command("rebuild_sources", check=True, stdout=out)
    assert out.getvalue().endswith("The source index is correct.\n")
