"""The second screen of the import: roles are corrected, and a draft comes out."""

import datetime

import pytest
from wagtail.models import PageLogEntry

from digest.importing import Role, read_document, read_parts
from digest.importing.review.mapping import Mapping, keep_document
from digest.importing.review.uploads import Upload
from digest.models import IssuePage
from tests.admin.desk import make_user
from tests.builders import make_issue
from tests.importing.conftest import COPIED
from tests.importing.test_sample import EXPECTED, SAMPLE

pytestmark = pytest.mark.django_db

SCRIPT = {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"}
TEXT = """---
title: Sand
date: 2026-03-09
mood: calm
---

A summary of it.

## Heat

Stored in sand.

It needs no land.

Trains, Rail
"""
# Its parts: 0 title, 1 date, 2 mood, 3 summary, 4 story, 5 and 6 text, 7 what will be tags.


@pytest.fixture
def writer(client, digest):
    user = make_user("writer", digest, "add")
    client.force_login(user)
    return user


@pytest.fixture
def keep(writer, digest):
    def keep(text=TEXT, name="a.md"):
        return keep_document(read_document(text.encode(), name), digest, writer)

    return keep


def url_of(upload, end=""):
    return f"/admin/digest/import/{upload.pk}/{end}"


def form_of(upload, roles=None, **fields):
    """The form as the screen has it, with some roles corrected."""
    parts = read_parts(read_document(upload.text.encode(), upload.name))
    data = {f"role-{n}": part.role.name for n, part in enumerate(parts)}
    data |= {f"role-{n}": role.name for n, role in (roles or {}).items()}
    return {"title": "", "date": "", "action": "save"} | data | fields


CORRECTED = {6: Role.WHY_IT_MATTERS, 7: Role.TAG}


def test_what_was_not_understood_is_listed_first_and_links_to_its_part(client, keep):
    upload = keep()
    html = client.get(url_of(upload)).content.decode()
    assert "1 part was not understood" in html
    assert html.index('href="#id_role-2"') < html.index('id="part-0"')
    assert "Line 4" in html
    assert "mood: calm" in html


def test_a_corrected_role_changes_what_comes_out_and_stays(client, keep):
    upload = keep()
    answer = client.post(url_of(upload), form_of(upload, CORRECTED), **SCRIPT).json()
    assert "1 paragraph, why it matters, 0 sources" in " ".join(answer["outcome"].split())
    assert "Trains, Rail" in answer["outcome"]
    assert "1 part was" in answer["unknown"]
    upload.refresh_from_db()
    assert upload.roles == {"6": "WHY_IT_MATTERS", "7": "TAG"}
    assert "1 why-it-matters part" in upload.summary
    form = client.get(url_of(upload)).context["form"]
    assert [form[f"role-{n}"].value() for n in (5, 6, 7)] == ["BODY", "WHY_IT_MATTERS", "TAG"]


def test_the_draft_is_what_the_corrected_roles_say(client, keep, writer):
    upload = keep()
    response = client.post(url_of(upload), form_of(upload, CORRECTED, action="make"))
    issue = IssuePage.objects.get()
    assert response.url == f"/admin/pages/{issue.pk}/edit/"
    story = issue.body[1].value
    assert story["body"].source == "<p>Stored in sand.</p>"
    assert story["why_it_matters"].source == "<p>It needs no land.</p>"
    assert sorted(issue.tags.names()) == ["Rail", "Trains"]
    assert (issue.title, issue.live, issue.owner) == ("Sand", False, writer)
    assert issue.latest_revision.user == writer
    log = PageLogEntry.objects.filter(page=issue.pk).order_by("pk")
    assert [(entry.action, entry.user) for entry in log] == [
        ("wagtail.create", writer),
        ("wagtail.edit", writer),
    ]
    upload.refresh_from_db()
    assert upload.issue_id == issue.pk


def test_title_and_date_can_be_typed_where_the_document_has_none(client, keep):
    upload = keep("## Heat\n\nStored in sand.\n")
    html = client.post(url_of(upload), form_of(upload, action="make")).content.decode()
    assert "No draft was made." in html
    assert "title: none was found in the document." in html
    assert not IssuePage.objects.exists()
    typed = form_of(upload, title="Sand", date="2026-03-09", action="make")
    assert client.post(url_of(upload), typed).status_code == 302
    issue = IssuePage.objects.get()
    assert (issue.title, issue.date) == ("Sand", datetime.date(2026, 3, 9))


def test_a_wrong_date_or_role_is_said_and_nothing_is_kept(client, keep):
    upload = keep()
    bad = form_of(upload, CORRECTED, date="yesterday") | {"role-0": "KING"}
    answer = client.post(url_of(upload), bad, **SCRIPT).json()
    assert "Date: Enter a valid date." in answer["error"]
    html = client.post(url_of(upload), bad | {"action": "make"}).content.decode()
    assert "Select a valid choice" in html
    upload.refresh_from_db()
    assert upload.roles == {}
    assert not IssuePage.objects.exists()


def test_an_issue_that_is_there_is_offered_as_a_new_revision(client, keep, writer, digest):
    first = keep()
    client.post(url_of(first, "draft/"))
    issue = IssuePage.objects.get()
    second = keep(TEXT.replace("Stored in sand.", "Stored in stone."))
    html = client.get(url_of(second)).content.decode()
    assert 'value="revise"' in html
    assert 'value="make"' not in html
    assert f"/admin/pages/{issue.pk}/edit/" in html
    html = client.post(url_of(second), form_of(second, action="make")).content.decode()
    assert "The digest has this issue already." in html
    assert "--update" not in html
    response = client.post(url_of(second), form_of(second, action="revise"))
    assert response.url == f"/admin/pages/{issue.pk}/edit/"
    draft = IssuePage.objects.get().get_latest_revision_as_object()
    assert "stone" in draft.body[1].value["body"].source


def test_what_a_new_revision_drops_is_named(client, keep):
    client.post(url_of(keep(), "draft/"))
    issue = IssuePage.objects.get()
    issue.body.append(("story_section", {"heading": "By <hand>"}))
    issue.save_revision(clean=False)
    html = client.get(url_of(keep())).content.decode()
    assert "tags are replaced by the document" in html
    assert "This story is not in the document and goes:" in html
    assert '<li dir="auto">By &lt;hand&gt;</li>' in html
    assert '<li dir="auto">Heat</li>' not in html


def test_the_issue_that_is_found_under_the_lock_is_the_one_checked(
    client, keep, digest, writer, monkeypatch
):
    upload = keep()
    issue = make_issue(digest, datetime.date(2026, 3, 9), title="Sand")
    monkeypatch.setattr(Mapping, "find_existing", lambda mapping: None)  # it came in between
    html = client.post(url_of(upload), form_of(upload, action="revise")).content.decode()
    assert "You may not edit &quot;Sand&quot;." in html
    latest = issue.latest_revision_id
    issue.refresh_from_db()
    assert issue.latest_revision_id == latest


def test_an_issue_of_somebody_else_is_not_revised(client, keep, digest):
    issue = make_issue(digest, datetime.date(2026, 3, 9), title="Sand")
    upload, latest = keep(), issue.latest_revision_id
    assert "You may not edit it." in client.get(url_of(upload)).content.decode()
    html = client.post(url_of(upload), form_of(upload, action="revise")).content.decode()
    assert "You may not edit &quot;Sand&quot;." in html
    issue.refresh_from_db()
    assert issue.latest_revision_id == latest


def test_a_draft_is_made_at_once_from_the_list(client, keep):
    upload = keep()
    (row,) = client.post(url_of(upload, "draft/"), **SCRIPT).json()["rows"]
    issue = IssuePage.objects.get()
    assert f"/admin/pages/{issue.pk}/edit/" in row
    (row,) = client.post(url_of(upload, "draft/"), **SCRIPT).json()["rows"]
    assert "has this issue already" in row
    nameless = keep("## Heat\n\nStored in sand.\n")
    response = client.post(url_of(nameless, "draft/"), follow=True)
    assert response.redirect_chain[0][0] == url_of(nameless)
    assert "date: none was found." in response.content.decode()
    assert IssuePage.objects.count() == 1


def test_a_draft_is_made_by_no_get(client, keep):
    upload = keep()
    assert client.get(url_of(upload, "draft/")).status_code == 405
    assert client.get(url_of(upload, "forget/")).status_code == 405


def test_notes_and_the_whole_source_are_on_the_screen(client, keep):
    upload = keep("<h1>T</h1><script>x</script><p>Some <b>bold</b> text.</p>", "a.html")
    html = client.get(url_of(upload)).content.decode()
    assert "left out: 1 × scripts and embedded programs" in html
    assert '<li id="line-2" value="2" dir="auto">Some bold text.</li>' in html
    assert "Block 2" in html


def make_draft_of(client, keep, path):
    upload = keep(path.read_text(), path.name)
    client.post(url_of(upload), form_of(upload, action="make"))
    return Upload.objects.get().issue.specific


def shape(issue) -> dict:
    """The same numbers as ``shape_of`` has of a draft that was not saved."""
    stories = [block.value for block in issue.body if block.block_type == "story_section"]
    return {
        "tags": issue.tags.count(),
        "paragraphs": [story["body"].source.count("<p>") for story in stories],
        "why": sum(story["why_it_matters"].source.count("<p>") for story in stories),
        "bottom_line": sum(block.block_type == "bottom_line" for block in issue.body),
        "sources": sum(len(story["sources"]) for story in stories)
        + sum(len(b.value["items"]) for b in issue.body if b.block_type == "sources"),
    }


@pytest.mark.parametrize("path", [COPIED, SAMPLE], ids=["copied", "real"])
def test_a_copied_page_becomes_the_issue_it_was(client, keep, path):
    if not path.exists():
        pytest.skip("the team's sample issue is not on this machine")
    assert shape(make_draft_of(client, keep, path)) == EXPECTED
