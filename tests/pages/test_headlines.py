"""The headline and the summary of an issue: derived on save, and read without the body."""

import json
from datetime import date

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import Client
from wagtail.models import Locale

from digest.models import IssuePage
from digest.pages import headlines
from digest.pages.headlines import fill_headlines
from tests.builders import block, body, make_issue, story

pytestmark = pytest.mark.django_db


def headed(headline, summary="In brief."):
    """Return a body with a headline and a summary."""
    return json.dumps([block("headline", headline=headline, summary=summary), story()])


def stored(issue):
    """Return the headline and the summary in the row of an issue."""
    return IssuePage.objects.values_list("headline", "summary").get(pk=issue.pk)


def test_columns_are_derived_from_the_body_on_save(digest):
    assert stored(make_issue(digest, body=headed("H", "One\r\ntwo"))) == ("H", "One\ntwo")


def test_headline_defaults_to_the_title(digest):
    assert stored(make_issue(digest, title="Title"))[0] == "Title"


def test_summary_is_empty_without_a_headline_block(digest):
    assert stored(make_issue(digest, publish=False, title="Title", body="[]")) == ("Title", "")


def test_headline_is_updated_if_only_the_title_is_saved(digest):
    issue = make_issue(digest)
    issue.title = "Another"
    issue.save(update_fields=["title"])
    assert stored(issue)[0] == "Another"


def test_columns_are_updated_if_only_the_body_is_saved(digest):
    issue = make_issue(digest)
    issue.body = headed("H", "S")
    issue.save(update_fields=["body"])
    words = IssuePage.objects.values_list("word_count", flat=True).get(pk=issue.pk)
    assert (*stored(issue), words) == ("H", "S", 8)


def test_block_changed_in_place_is_noticed(digest):
    issue = IssuePage.objects.get(pk=make_issue(digest).pk)
    issue.body[0].value["headline"] = "Changed"
    issue.save()
    assert stored(issue)[0] == "Changed"


def test_draft_does_not_change_the_row(digest):
    issue = make_issue(digest, body=headed("Old"))
    issue.body = headed("New")
    revision = issue.save_revision(clean=False)
    assert (stored(issue)[0], revision.as_object().headline) == ("Old", "New")
    revision.publish()
    assert stored(issue)[0] == "New"


def test_columns_are_derived_for_a_revision_without_them(digest):
    revision = make_issue(digest, body=headed("H", "S")).latest_revision
    del revision.content["headline"], revision.content["summary"]
    draft = revision.as_object()
    assert (draft.headline, draft.summary) == ("H", "S")


def test_columns_are_derived_for_an_unsaved_form(digest):
    draft = IssuePage(title="T", date=date(2026, 4, 14), body=headed("H", "S"))
    draft.clean()
    assert (draft.headline, draft.summary) == ("H", "S")


def test_alias_is_updated_and_translation_has_its_own(digest):
    issue = make_issue(digest, body=headed("Old"))
    alias = issue.create_alias(parent=digest, update_slug="alias")
    french = Locale.objects.create(language_code="fr")
    translation = issue.copy_for_translation(french, copy_parents=True)
    issue.body = headed("New")
    issue.save_revision().publish()
    assert [stored(page)[0] for page in (issue, alias, translation)] == ["New", "New", "Old"]


@pytest.mark.parametrize("value", [None, "text", [], {"headline": 5}])
def test_broken_headline_is_ignored(digest, value):
    issue = make_issue(digest, title="Title")
    broken = json.dumps([{"type": "headline", "id": "1", "value": value}])
    IssuePage.objects.filter(pk=issue.pk).update(body=broken, headline="")
    IssuePage.objects.get(pk=issue.pk).save(clean=False)
    assert stored(issue)[0] == "Title"


# Filling the columns of issues that are there


def old_issues(digest, *bodies):
    """Create issues with empty columns and these values in the body column."""
    issues = [make_issue(digest, day, title="Title") for day in range(1, len(bodies) + 1)]
    for issue, value in zip(issues, bodies, strict=True):
        IssuePage.objects.filter(pk=issue.pk).update(body=value, headline="", summary="")
    return issues


def test_all_issues_are_filled_in_batches(digest, monkeypatch):
    monkeypatch.setattr(headlines, "BATCH_SIZE", 2)
    issues = old_issues(digest, *(headed(f"H{number}", "S") for number in range(5)))
    fill_headlines(IssuePage)
    assert [stored(issue) for issue in issues] == [(f"H{number}", "S") for number in range(5)]


def test_filling_derives_the_same_as_saving(digest):
    issues = old_issues(digest, body(summary="One\r\ntwo"), headed("H", ""), "[]")
    fill_headlines(IssuePage)
    filled = [stored(issue) for issue in issues]
    for issue in IssuePage.objects.filter(pk__in=[issue.pk for issue in issues]):
        issue.save(clean=False)
    assert filled == [stored(issue) for issue in issues]


BROKEN = ["text", "5", "null", '["text"]', '[{"type": "headline"}]']
BROKEN += [json.dumps([{"type": "headline", "value": value}]) for value in (5, {"headline": 5})]


def test_filling_skips_a_broken_body(digest):
    issues = old_issues(digest, *BROKEN, headed("H", "S"))
    fill_headlines(IssuePage)
    assert {stored(issue) for issue in issues[:-1]} == {("Title", "")}
    assert stored(issues[-1]) == ("H", "S")


def test_migration_fills_the_columns(digest):
    [issue] = old_issues(digest, headed("H", "S"))
    loader = MigrationLoader(connection)
    migration = loader.get_migration("digest", "0005_fill_headline_and_summary")
    state = loader.project_state([("digest", "0004_headline_and_summary")])
    migration.operations[0].code(state.apps, type("Editor", (), {"connection": connection}))
    assert stored(issue) == ("H", "S")


# Reading them


@pytest.fixture
def issues(digest):
    return [make_issue(digest, day, tags=("Power",), body=headed(f"H{day}")) for day in (1, 2, 3)]


@pytest.fixture
def bodies(monkeypatch):
    """The values that are read from the body column."""
    field, read = IssuePage._meta.get_field("body"), []
    real = field.from_db_value

    def from_db_value(value, *args):
        read.append(value)
        return real(value, *args)

    monkeypatch.setattr(field, "from_db_value", from_db_value)
    return read


@pytest.mark.parametrize(
    "path",
    ["/", "/daily/", "/tags/power/", "/llms.txt", "/api/v1/issues/", "/api/v1/stories/"],
)
@pytest.mark.usefixtures("issues")
def test_list_does_not_read_bodies(bodies, path):
    response = Client().get(path)
    assert response.status_code == 200
    assert b"2026-04-03" in response.content
    assert bodies == []


@pytest.mark.usefixtures("issues")
def test_list_shows_headline_and_summary():
    html = Client().get("/daily/").content.decode()
    assert "H2</a></h3>" in html
    assert "In brief." in html


def test_issue_does_not_read_bodies_of_neighbours(issues, bodies):
    html = Client().get(issues[1].url).content.decode()
    assert ("H1" in html, "H3" in html, len(bodies)) == (True, True, 1)


def test_bodies_are_read_once_if_a_list_includes_them(issues, bodies):
    Client().get("/api/v1/issues/?include=body")
    assert len(bodies) == len(issues)
