"""Test each rule: findings, paths, and what is not reported."""

import json

import pytest
from django.core.exceptions import ValidationError

from digest.checklist.findings import Finding, Level
from digest.checklist.rules import RULES, Rule
from digest.checklist.run import check_issue
from digest.models import IssuePage
from digest.registry import registry
from tests.builders import block, body, make_image, source, story
from tests.checklist.checking import (
    TEXT,
    TITLE,
    bottom_line,
    codes,
    good_body,
    good_story,
    issue_of,
    messages_of,
    short,
)

pytestmark = pytest.mark.django_db


def test_good_issue_has_no_findings(digest):
    assert check_issue(issue_of(digest)) == []


def test_story_without_why_it_matters_is_reported_by_number(digest):
    issue = issue_of(digest, good_story(), good_story("A second one", why_it_matters="<p></p>"))
    [finding] = check_issue(issue)
    assert finding.message == "Story 2: Say why it matters."
    second = issue.stories[1]
    assert (finding.rule, finding.path) == ("why_it_matters", f"body.{second.id}.why_it_matters")


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"sources": []}, ["story_source"]),
        ({"sources": [source(title="")]}, ["story_source"]),
        ({"sources": [source(title="Minutes", url="https://a.example/b")]}, []),
        ({"sources": [], "body": f'{TEXT}<p><a href="https://a.example/b">By air</a></p>'}, []),
        (
            {"sources": [], "body": f'{TEXT}<p><a linktype="page" id="3">Inside</a></p>'},
            ["story_source"],
        ),
    ],
)
def test_story_needs_a_source_or_link(digest, value, found):
    assert codes(issue_of(digest, good_story(**value))) == found


def test_source_without_a_link_is_a_hint_even_if_sources_are_required(digest):
    digest.checklist = {"rules": {"story_source": "required"}}
    digest.save_revision().publish()
    on_paper = source(title="Minutes of 1998")
    issue = issue_of(digest, good_story(sources=[on_paper]))
    [finding] = check_issue(issue)
    assert finding.text == "“Minutes of 1998” has no link: is it really not online?"
    assert finding.path.endswith(f"sources.{on_paper['id']}.url")
    assert (finding.story, finding.is_advisory, finding.level) == (1, True, Level.WARNING)


def test_source_of_the_issue_without_a_link_is_a_hint(digest):
    blocks = [good_story(), bottom_line(), block("sources", items=[source(title="A map")])]
    message = "“A map” has no link: is it really not online?"
    issue = issue_of(digest, body=body(*blocks))
    assert messages_of(issue, "story_source") == [(message, "body.items.url")]


def test_missing_bottom_line_comes_after_the_last_story_and_before_the_sources(digest):
    sources = block("sources", items=[source(title="A map", url="https://a.example/map")])
    last = good_story("The last story of all")
    [finding] = check_issue(issue_of(digest, body=body(good_story(), last, sources)))
    assert (finding.adds, finding.after) == ("bottom_line", f"body.{last['id']}")


@pytest.mark.parametrize(
    ("words", "decorative", "found"),
    [
        ("A pylon at dusk", False, []),
        ("", True, []),
        ("", False, ["Story 1: Describe the image, or mark it as decorative."]),
        ("DSC_0042", False, ["Story 1: “DSC_0042” is the name of a file"]),
        ("pylon.final.JPEG", False, ["Story 1: “pylon.final.JPEG” is the name of a file"]),
        ("Screenshot 2026-04-14 at 10.22", False, ["Story 1: “Screenshot 2026-04-14 at 10.22” is"]),
    ],
)
def test_story_image_needs_alt_text(digest, words, decorative, found):
    image = {"image": make_image().pk, "alt_text": words, "decorative": decorative}
    messages = messages_of(issue_of(digest, good_story(image=image)), "alt_text")
    assert [place for _message, place in messages] == ["body.image.alt_text"] * len(found)
    assert all(m.startswith(start) for (m, _), start in zip(messages, found, strict=True))


def test_issue_image_needs_a_description_in_the_library(digest):
    image = make_image("A pylon at dusk")
    assert messages_of(issue_of(digest, image=image), "alt_text") == []
    image.title = "IMG_2041"
    assert [place for _, place in messages_of(issue_of(digest, image=image), "alt_text")] == [
        "image"
    ]
    image.description = "A pylon at dusk"
    assert messages_of(issue_of(digest, image=image), "alt_text") == []


def test_title_made_from_the_file_name_is_not_alt_text(digest):
    image = make_image("pylon-final-2")
    image.file.name = "original_images/pylon-final-2_aBc.jpg"
    assert len(messages_of(issue_of(digest, image=image), "alt_text")) == 1


@pytest.mark.parametrize(
    ("blocks", "place"),
    [([], "body"), ([bottom_line("<p> </p>")], "body.text"), ([bottom_line()], None)],
)
def test_issue_needs_a_bottom_line(digest, blocks, place):
    issue = issue_of(digest, body=body(good_story(), *blocks))
    assert [found for _, found in messages_of(issue, "bottom_line")] == ([place] if place else [])


@pytest.mark.parametrize(
    ("title", "headline", "messages"),
    [
        ("Short", "", [("The headline is short: 5 characters of at least 15.", "title")]),
        ("Short", "A headline that is long enough", []),
        (
            TITLE,
            "Short",
            [("The headline is short: 5 characters of at least 15.", "body.headline")],
        ),
        ("x" * 121, "", [("The headline is long: 121 characters of at most 120.", "title")]),
    ],
)
def test_headline_length(digest, title, headline, messages):
    opening = block("headline", headline=headline, summary="What happened.")
    blocks = json.dumps([opening, good_story(), bottom_line()])
    issue = issue_of(digest, title=title, body=blocks)
    assert messages_of(issue, "headline_length") == messages


def test_summary_length(digest):
    issue = issue_of(digest, body=good_body(summary="x" * 451))
    message = "The summary is long: 451 characters of at most 450."
    assert messages_of(issue, "summary_length") == [(message, "body.summary")]


def test_story_length(digest):
    short_one = good_story("Two words", body="<p>Not much.</p>", why_it_matters="<p>Yes.</p>")
    long_one = good_story(
        "Many words", body=f"<p>{'word and ' * 200}</p>", why_it_matters="<p>Yes</p>"
    )
    assert messages_of(issue_of(digest, short_one, long_one), "story_words") == [
        ("Story 1: The story is short: 5 words of at least 20.", "body.body"),
        ("Story 2: The story is long: 403 words of at most 400.", "body.body"),
    ]


def test_empty_story_is_not_short(digest):
    assert messages_of(issue_of(digest, story("", body="", why_it_matters="")), "story_words") == []


def test_reading_time(digest):
    stories = [good_story(f"Story {n}", body=f"<p>{'word and ' * 190}</p>") for n in range(5)]
    message = "The issue is long: 9 minutes of at most 8."
    assert messages_of(issue_of(digest, *stories), "reading_minutes") == [(message, "body")]


def test_empty_target_means_no_limit(digest):
    digest.checklist = {"targets": {"headline_min": None}}
    digest.save()
    assert codes(issue_of(digest, title="Short")) == []


def test_failing_rule_does_not_stop_others(digest, monkeypatch, caplog):
    def fail(issue_text):
        raise ValueError("broken")
        yield

    monkeypatch.setitem(RULES, "alt_text", RULES["alt_text"]._replace(check=fail))
    assert codes(issue_of(digest, title="Short")) == ["headline_length"]
    assert "broken" in caplog.text


@pytest.mark.parametrize(
    "stored", ['[{"type": "story_section", "value": 3}]', '[{"type": "gone"}]', "nonsense", "[7]"]
)
def test_broken_body_is_checked(digest, stored):
    issue = issue_of(digest)
    IssuePage.objects.filter(pk=issue.pk).update(body=stored)
    issue = IssuePage.objects.get(pk=issue.pk)
    assert set(codes(issue)) <= {"bottom_line"}


def test_path_of_a_nested_item(digest):
    url_as_title = source(title="https://example.com/a", url="https://example.com/a")
    issue = issue_of(digest, good_story(sources=[url_as_title]))
    [finding] = check_issue(issue)
    story_id, item_id = issue.stories[0].id, url_as_title["id"]
    assert finding.path == f"body.{story_id}.sources.{item_id}.title"
    assert short(finding.path) == "body.sources.title"


def shouting(issue_text):
    """Check that the title does not shout."""
    if issue_text.issue.title.isupper():
        yield Finding("The title shouts.", "title")


@pytest.fixture
def rule_of_app(monkeypatch):
    monkeypatch.setattr(registry, "checklist_rules", {"loud.title": Rule("No shouting", shouting)})


def test_rule_of_an_app_is_run_at_the_level_of_the_digest(digest, rule_of_app):
    issue = issue_of(digest, title="THE HARBOUR OPENS ITS DATA")
    assert codes(issue) == ["loud.title"]
    digest.checklist = {"rules": {"loud.title": "required"}}
    digest.save()
    with pytest.raises(ValidationError, match="The title shouts"):
        issue.clean_checklist()


def test_level_of_a_rule_stays_when_its_app_is_removed(digest, rule_of_app, monkeypatch):
    digest.checklist = {"rules": {"loud.title": "required", "bottom_line": "off"}}
    digest.save()
    monkeypatch.setattr(registry, "checklist_rules", {})
    digest.save()  # validates
    assert digest.checklist["rules"]["loud.title"] == "required"
    assert codes(issue_of(digest, title="THE HARBOUR OPENS ITS DATA")) == []
