"""Review of an uploaded document: corrected roles, and creation of the draft."""

import datetime

import pytest
from django.utils import timezone
from django.utils.module_loading import import_string
from wagtail.models import PageLogEntry

from digest.importing import Role, read_document, read_parts
from digest.importing.review.mapping import Mapping, store_document
from digest.importing.review.uploads import Upload
from digest.models import IssuePage
from digest.pages.time_zones import format_date
from tests.admin.helpers import make_user
from tests.builders import make_issue
from tests.importing.conftest import COPIED
from tests.importing.test_sample import EXPECTED, SAMPLE

pytestmark = pytest.mark.django_db

AJAX = {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"}
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
# Parts: 0 title, 1 date, 2 mood, 3 summary, 4 story, 5 and 6 body, 7 tags.


@pytest.fixture
def writer(client, digest):
    user = make_user("writer", digest, "add")
    client.force_login(user)
    return user


@pytest.fixture
def keep(writer, digest):
    def keep(text=TEXT, name="a.md"):
        return store_document(read_document(text.encode(), name), digest, writer)

    return keep


def url_of(upload, end=""):
    return f"/admin/digest/import/{upload.pk}/{end}"


def form_of(upload, roles=None, **fields):
    """Return the POST data of the review form with some roles corrected."""
    parts = read_parts(read_document(upload.text.encode(), upload.name))
    data = {f"role-{n}": part.role.name for n, part in enumerate(parts)}
    data |= {f"role-{n}": role.name for n, role in (roles or {}).items()}
    return {"title": "", "date": "", "action": "save"} | data | fields


CORRECTED = {6: Role.WHY_IT_MATTERS, 7: Role.TAG}


def test_first_line_counts_the_parts_and_links_to_the_first_unknown_one(client, keep):
    upload = keep()
    html = client.get(url_of(upload)).content.decode()
    assert "7 of 8 parts understood;" in html
    assert html.index('<a href="#id_role-2" id="to-check" data-jump>1 to check</a>') < html.index(
        'id="part-0"'
    )
    assert html.count("digest-review-part--unknown") == 1
    places = [html.index(text) for text in ('id="part-2"', "Not understood", "mood: calm")]
    assert places == sorted(places)


def test_corrected_roles_update_the_outcome_and_are_saved(client, keep):
    upload = keep()
    result = client.post(url_of(upload), form_of(upload, CORRECTED), **AJAX).json()
    regions = result["regions"]
    assert "1 paragraph, why it matters, 0 sources" in " ".join(regions["outcome"].split())
    assert "Trains, Rail" in regions["outcome"]
    assert "1 to check" in regions["understood"]
    upload.refresh_from_db()
    assert upload.roles == {"6": "WHY_IT_MATTERS", "7": "TAG"}
    assert "1 why-it-matters part" in upload.summary
    form = client.get(url_of(upload)).context["form"]
    assert [form[f"role-{n}"].value() for n in (5, 6, 7)] == ["BODY", "WHY_IT_MATTERS", "TAG"]


def test_draft_is_created_from_the_corrected_roles(client, keep, writer):
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


def test_title_and_date_can_be_typed_if_the_document_has_none(client, keep):
    upload = keep("## Heat\n\nStored in sand.\n")
    html = client.post(url_of(upload), form_of(upload, action="make")).content.decode()
    assert "No draft was created." in html
    assert 'aria-invalid="true" aria-describedby="title-error" autofocus' in html
    assert "Type a title first." in html
    assert not IssuePage.objects.exists()
    typed = form_of(upload, title="Sand", date="2026-03-09", action="make")
    assert client.post(url_of(upload), typed).status_code == 302
    issue = IssuePage.objects.get()
    assert (issue.title, issue.date) == ("Sand", datetime.date(2026, 3, 9))


def test_invalid_date_or_role_is_an_error_and_nothing_is_saved(client, keep):
    upload = keep()
    bad = form_of(upload, CORRECTED, date="yesterday") | {"role-0": "KING"}
    result = client.post(url_of(upload), bad, **AJAX).json()
    assert "Date: Enter a valid date." in result["error"]
    html = client.post(url_of(upload), bad | {"action": "make"}).content.decode()
    assert "Select a valid choice" in html
    upload.refresh_from_db()
    assert upload.roles == {}
    assert not IssuePage.objects.exists()


def test_existing_issue_can_get_a_new_revision(client, keep, writer, digest):
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


def test_stories_that_a_new_revision_removes_are_listed(client, keep):
    client.post(url_of(keep(), "draft/"))
    issue = IssuePage.objects.get()
    issue.body.append(("story_section", {"heading": "By <hand>"}))
    issue.save_revision(clean=False)
    html = client.get(url_of(keep())).content.decode()
    assert "tags are replaced by the document" in html
    assert "This story is not in the document and will be removed:" in html
    assert '<li dir="auto">By &lt;hand&gt;</li>' in html
    assert '<li dir="auto">Heat</li>' not in html


def test_permission_is_checked_on_the_issue_found_under_the_lock(
    client, keep, digest, writer, monkeypatch
):
    upload = keep()
    issue = make_issue(digest, datetime.date(2026, 3, 9), title="Sand")
    monkeypatch.setattr(Mapping, "find_existing", lambda mapping: None)  # created concurrently
    html = client.post(url_of(upload), form_of(upload, action="revise")).content.decode()
    assert "You may not edit &quot;Sand&quot;." in html
    latest = issue.latest_revision_id
    issue.refresh_from_db()
    assert issue.latest_revision_id == latest


def test_revision_requires_permission_to_edit_the_issue(client, keep, digest):
    issue = make_issue(digest, datetime.date(2026, 3, 9), title="Sand")
    upload, latest = keep(), issue.latest_revision_id
    assert "You may not edit it." in client.get(url_of(upload)).content.decode()
    html = client.post(url_of(upload), form_of(upload, action="revise")).content.decode()
    assert "You may not edit &quot;Sand&quot;." in html
    issue.refresh_from_db()
    assert issue.latest_revision_id == latest


def test_draft_is_created_from_the_list_without_review(client, keep):
    upload = keep()
    (row,) = client.post(url_of(upload, "draft/"), **AJAX).json()["rows"]
    issue = IssuePage.objects.get()
    assert f"/admin/pages/{issue.pk}/edit/" in row
    (row,) = client.post(url_of(upload, "draft/"), **AJAX).json()["rows"]
    assert "has this issue already" in row
    nameless = keep("## Heat\n\nStored in sand.\n")
    response = client.post(url_of(nameless, "draft/"), follow=True)
    assert response.redirect_chain[0][0] == url_of(nameless)
    assert "title: none was found in the document." in response.content.decode()
    assert IssuePage.objects.count() == 1


def test_creating_and_deleting_require_post(client, keep):
    upload = keep()
    assert client.get(url_of(upload, "draft/")).status_code == 405
    assert client.get(url_of(upload, "forget/")).status_code == 405


def test_notes_and_source_lines_are_shown(client, keep):
    upload = keep("<h1>T</h1><script>x</script><p>Some <b>bold</b> text.</p>", "a.html")
    html = client.get(url_of(upload)).content.decode()
    assert "left out: 1 × scripts and embedded content" in html
    assert '<li id="line-2" value="2" dir="auto">Some bold text.</li>' in html
    assert "Block 2" in html


def make_draft_of(client, keep, path):
    upload = keep(path.read_text(), path.name)
    fields = client.get(url_of(upload)).context["form"].fields
    unticked = {name: "0" for name in fields if name.startswith("links-")}
    client.post(url_of(upload), form_of(upload, action="make", **unticked))
    return Upload.objects.get().issue.specific


def shape(issue) -> dict:
    """Return the counts that ``shape_of`` returns for an unsaved draft."""
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
def test_copied_page_is_imported_as_the_same_issue(client, keep, path):
    if not path.exists():
        pytest.skip("the team's sample issue is not on this machine")
    assert shape(make_draft_of(client, keep, path)) == EXPECTED


def test_missing_date_is_the_next_day_without_an_issue(client, keep, digest):
    today = timezone.localdate()
    make_issue(digest, today)
    upload = keep("# Sand\n\n## Heat\n\nStored in sand.\n")
    tomorrow = today + datetime.timedelta(days=1)
    shown = f"{format_date(tomorrow)} (proposed)"
    assert shown in client.get(url_of(upload)).content.decode()
    data = form_of(upload, title="Sand", date=str(tomorrow), action="make")
    client.post(url_of(upload), data)
    upload.refresh_from_db()
    assert (upload.issue.specific.date, upload.title, upload.date) == (tomorrow, "", tomorrow)


def test_draft_of_an_undated_document_is_found_again(client, keep):
    upload = keep("# Sand\n\n## Heat\n\nStored in sand.\n")
    client.post(url_of(upload, "draft/"))
    html = client.get(url_of(upload)).content.decode()
    assert 'value="revise"' in html
    assert "(proposed)" not in html
    (row,) = client.post(url_of(upload, "draft/"), **AJAX).json()["rows"]
    assert "has this issue already" in row
    assert IssuePage.objects.count() == 1


def test_title_follows_its_part_until_the_editor_types_one(client, keep):
    upload = keep()
    data = form_of(upload, {0: Role.SUMMARY, 3: Role.TITLE}, title="Sand", date="2026-03-09")
    result = client.post(url_of(upload), data, **AJAX).json()
    assert result["fields"] == {"title": "A summary of it.", "date": "2026-03-09"}
    data |= {"title": "Stone"}
    assert client.post(url_of(upload), data, **AJAX).json()["fields"]["title"] == "Stone"
    upload.refresh_from_db()
    assert upload.title == "Stone"


LINKS = """# Sand

## Heat

As [the pilot](https://www.example.com/pilot?utm_source=x) and [a talk](https://example.org/) say.

## Trains

They [sell out](https://example.com/trains).

Sources: [Timetable](https://example.com/times), [Fares](https://example.com/fares)
"""


def test_outcome_counts_the_sources_and_links_of_the_draft(client, keep):
    html = " ".join(client.get(url_of(keep(LINKS))).content.decode().split())
    assert "1 paragraph, no why it matters, 2 sources, 2 links" in html
    assert "1 paragraph, no why it matters, 2 sources, 1 link" in html


def test_links_become_sources_where_the_story_has_none_or_the_editor_wants(client, keep):
    upload = keep(LINKS)
    form = client.get(url_of(upload)).context["form"]
    links = {name: form[name].value() for name in form.fields if name.startswith("links-")}
    assert list(links.values()) == [True, False]
    first, second = links
    client.post(url_of(upload), form_of(upload, date="2026-03-09") | {first: "0", second: "1"})
    client.post(url_of(upload, "draft/"))
    stories = [block.value["sources"] for block in IssuePage.objects.get().stories]
    assert [len(sources) for sources in stories] == [0, 3]
    assert stories[1][2]["title"] == "sell out"
    assert stories[1][2]["publisher"] == "example.com"


def test_parts_are_grouped_by_story_with_the_tags_of_a_line_in_one_row(client, keep):
    upload = keep("Sand\n\n2026-03-09 #Storage#Rail\n\nHeat\n\nStored in sand.\n", "a.txt")
    html = client.get(url_of(upload)).content.decode()
    assert "Storage, Rail" in html
    assert html.count("Role of Line 3") == 2  # the date, and the tags
    headings = [html.index(f">{text}") for text in ("\n        The issue", "\n        Story 1")]
    assert headings == sorted(headings)
    client.post(url_of(upload, "draft/"))
    assert sorted(IssuePage.objects.get().tags.names()) == ["Rail", "Storage"]


def test_issue_earlier_than_numbered_ones_gets_no_number(client, keep, digest):
    make_issue(digest, datetime.date(2026, 4, 1), number=7)
    upload = keep()
    assert "Earlier than No. 7: it gets no number." in client.get(url_of(upload)).content.decode()
    client.post(url_of(upload), form_of(upload, action="make"))
    issue = Upload.objects.get().issue.specific
    assert issue.number is None
    issue.save_revision().publish()
    assert IssuePage.objects.get(pk=issue.pk).number is None


def test_later_issue_gets_the_next_number(client, keep, digest):
    make_issue(digest, datetime.date(2026, 3, 1), number=7)
    client.post(url_of(keep(), "draft/"))
    assert Upload.objects.get().issue.specific.number == 8


@pytest.fixture
def counted(monkeypatch):
    """Return a function that counts the calls of a function with this path."""

    def count(path):
        calls, function = [], import_string(path)
        monkeypatch.setattr(path, lambda *args: calls.append(args) or function(*args))
        return calls

    return count


def test_draft_is_mapped_once_for_each_state(client, keep, counted):
    upload = keep()
    calls = counted("digest.importing.review.mapping.map_parts")
    client.get(url_of(upload))
    assert len(calls) == 1
    client.post(url_of(upload), form_of(upload, CORRECTED), **AJAX)
    assert len(calls) == 3


def test_next_later_issue_is_searched_once(client, keep, digest, counted):
    make_issue(digest, datetime.date(2026, 4, 1), number=7)
    upload = keep()
    calls = counted("digest.admin.importing.review.number_after")
    assert "Earlier than No. 7" in client.get(url_of(upload)).content.decode()
    assert len(calls) == 1


def test_parts_with_the_same_role_share_their_choices(client, keep):
    upload = keep("# Sand\n\n## Heat\n\n" + "Stored in sand.\n\n" * 9)
    response = client.get(url_of(upload))
    names = [template.name for template in response.templates]
    assert names.count("digest/admin/import_options.html") == 3  # title, heading, text
    fields = response.context["form"].fields
    assert len({id(field) for name, field in fields.items() if name.startswith("role-")}) == 1
    assert response.content.decode().count('<option value="BODY" selected>') == 9
