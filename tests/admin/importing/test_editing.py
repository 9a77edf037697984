"""Splitting, merging and moving parts in the review of a document."""

import pytest

from digest.importing.review.editing import part_to_merge_with
from digest.importing.review.mapping import Mapping
from digest.importing.review.uploads import Upload
from digest.models import IssuePage
from tests.admin.importing.test_review import AJAX, form_of, keep, url_of, writer  # noqa: F401

pytestmark = pytest.mark.django_db

TEXT = """---
title: Sand
date: 2026-03-09
---

## Heat

Stored in sand. It needs no land.

Warm for months.

## Trains

They sell out.
"""
# Parts: 0 title, 1 date, 2 story, 3 and 4 body, 5 story, 6 body.


@pytest.fixture
def upload(keep):  # noqa: F811
    return keep(TEXT)


@pytest.fixture
def press(client, upload):
    """Return a function that presses a button of the review."""

    def press(action, **extra):
        form = client.get(url_of(upload)).context["form"]
        data = {name: form[name].value() for name in form.fields} | extra
        return client.post(url_of(upload), data | {"action": action}, **AJAX).json()

    return press


def stories_of(client, upload):
    """Create the draft; return heading, body and why it matters of each story."""
    client.post(url_of(upload, "draft/"))
    values = [block.value for block in IssuePage.objects.get().stories]
    return [(v["heading"], v["body"].source, v["why_it_matters"].source) for v in values]


def test_part_is_split_where_the_editor_chooses(client, upload, press):
    result = press("split:3")
    assert 'value="split:3:16"' in result["regions"]["parts"]
    assert result["focus"] == ["cut-3", "keep-3"]
    result = press("split:3:16")
    assert (result["message"], result["focus"]) == ("Split in two.", ["id_role-s1"])
    press("save", **{"role-s1": "WHY_IT_MATTERS"})
    assert stories_of(client, upload)[0] == (
        "Heat",
        "<p>Stored in sand.</p><p>Warm for months.</p>",
        "<p>It needs no land.</p>",
    )


def test_part_is_merged_with_the_one_above(client, upload, press):
    assert press("merge:4")["focus"] == ["id_role-3"]
    body = "<p>Stored in sand. It needs no land. Warm for months.</p>"
    assert stories_of(client, upload)[0] == ("Heat", body, "")


def test_part_moves_into_the_next_story(client, upload, press):
    assert press("down:4")["message"] == "Moved: now part 6 of 7."
    press("down:4")
    bodies = [body for _, body, _ in stories_of(client, upload)]
    assert bodies[1] == "<p>They sell out.</p><p>Warm for months.</p>"


@pytest.mark.slow
@pytest.mark.slow
@pytest.mark.slow
@pytest.mark.slow
def test_story_moves_with_its_parts(client, upload, press):
    result = press("story-up:5")
    assert (result["message"], result["focus"][0]) == ("Moved: now story 1.", "story-up-5")
    stories = stories_of(client, upload)
    assert [heading for heading, *_ in stories] == ["Trains", "Heat"]
    assert stories[1][1].endswith("<p>Warm for months.</p>")


def test_last_edit_is_undone_with_the_role_of_its_part(client, upload, press):
    press("merge:4")
    press("split:3:16")
    press("save", **{"role-s2": "WHY_IT_MATTERS"})
    press("undo")
    upload.refresh_from_db()
    assert (upload.edits, upload.roles) == ([["merge", "4"]], {})
    assert "undo" in press("save")["regions"]["understood"]
    press("undo")
    assert press("undo")["error"] == "There is nothing to undo."


def test_undo_takes_one_press_back(upload, press):
    press("down:4")
    press("down:4")
    press("undo")
    assert list(Mapping(Upload.objects.get()).parsed_parts) == ["0", "1", "2", "3", "5", "4", "6"]


def test_merged_part_has_its_role_again_after_undo(upload, press):
    press("save", **{"role-4": "WHY_IT_MATTERS"})
    press("merge:4")
    press("save", **{"role-3": "SUMMARY"})
    press("undo")
    upload.refresh_from_db()
    assert upload.roles == {"3": "SUMMARY", "4": "WHY_IT_MATTERS"}


def test_new_part_has_no_choice_of_links_of_an_undone_one(upload, press):
    press("split:3:16")
    Upload.objects.update(linked={"s1": False, "2": True})
    press("undo")
    assert Upload.objects.get().linked == {"2": True}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("action", "error"),
    [
        ("split:3:5", "This part cannot be split there."),
        ("split:99:5", "This part cannot be split there."),
        ("split:3:x", "This part cannot be split there."),
        pytest.param(f"split:3:{'9' * 5000}", "This part cannot be split there.", id="digits"),
        ("merge:0", "This part cannot be merged with the one above."),
        ("merge:99", "This part cannot be merged with the one above."),
        ("up:0", "This part cannot be moved further."),
        ("down:6", "This part cannot be moved further."),
        ("story-up:2", "This story cannot be moved further."),
        ("story-down:5", "This story cannot be moved further."),
        ("story-up:0", "This story cannot be moved further."),
    ],
)
def test_edit_that_does_not_fit_is_an_error(upload, press, action, error):
    assert press(action)["error"] == error
    assert Upload.objects.get().edits == []


def test_stale_page_shows_the_parts_with_the_error(client, upload, press):
    press("merge:4")
    result = press("merge:4")  # on a page from before
    assert result["error"] == "This part cannot be merged with the one above."
    assert "Stored in sand. It needs no land. Warm" in result["regions"]["parts"]
    assert 'id="part-4"' not in result["regions"]["parts"]
    assert result["focus"] == ["merge-4", "parts"]


def test_merging_is_offered_where_it_is_possible(client, upload, press):
    press("save", **{"role-3": "BOILERPLATE"})
    rows = client.get(url_of(upload)).context["review"].rows.values()
    offered = [row.key for row in rows if row.can_merge]
    mapping = Mapping(Upload.objects.get())
    assert offered == [key for key in mapping.parsed_parts if part_to_merge_with(mapping, key)]
    assert offered == ["1", "2", "3", "5", "6"]


def test_text_is_not_merged_with_what_is_left_out(upload, press):
    press("save", **{"role-3": "BOILERPLATE"})
    assert press("merge:4")["error"] == "This part cannot be merged with the one above."


def test_buttons_work_as_a_plain_form(client, upload):
    response = client.post(url_of(upload), form_of(upload, action="split:3"))
    assert response.url == f"{url_of(upload)}?split=3#part-3"
    assert 'value="split:3:16"' in client.get(response.url).content.decode()
    response = client.post(url_of(upload), form_of(upload, action="up:6"), follow=True)
    assert response.redirect_chain[-1][0] == f"{url_of(upload)}?open=6#part-6"
    assert "Moved: now part 6 of 7." in response.content.decode()
    response = client.post(url_of(upload), form_of(upload, action="up:0"), follow=True)
    assert "This part cannot be moved further." in response.content.decode()
