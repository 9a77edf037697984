"""Test the rules about link texts, repeated words and repeated labels."""

import pytest

from digest.checklist.run import check_issue
from tests.builders import body, source
from tests.checklist.checking import (
    TEXT,
    bottom_line,
    codes,
    good_body,
    good_story,
    issue_of,
    messages_of,
)

pytestmark = pytest.mark.django_db


def link(words, url="https://example.org/report"):
    return f'<a href="{url}">{words}</a>'


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("", "A link has no text."),
        ("<b> </b>", "A link has no text."),
        ("https://example.org/report", "“https://example.org/report” is a bare URL"),
        ("www.example.org", "“www.example.org” is a bare URL"),
        ("here", "“here” does not say where it leads"),
        ("Click here!", "“Click here!” does not say where it leads"),
        ("click <b>here</b>", "“click here” does not say where it leads"),
        ("Read more…", "“Read more…” does not say where it leads"),
        ("the report of the port", None),
        ("here in the port", None),
    ],
)
def test_link_text_describes_the_target(digest, words, message):
    issue = issue_of(digest, good_story(body=f"{TEXT}<p>See {link(words)}.</p>"))
    found = messages_of(issue, "link_text")
    assert len(found) == (message is not None)
    assert all(message in text and place == "body.body" for text, place in found)


def test_finding_has_the_text_of_the_link(digest):
    issue = issue_of(digest, good_story(body=f"{TEXT}<p>{link('click  here')}</p>"))
    [finding] = check_issue(issue)
    assert finding.link == "click here"


def test_generic_link_texts_depend_on_the_language(digest):
    digest.locale.language_code = "de"
    digest.locale.save()
    assert codes(issue_of(digest, good_story(body=f"{TEXT}<p>{link('hier')}</p>"))) == ["link_text"]


def test_link_around_an_image_needs_no_text(digest):
    image = '<embed embedtype="image" id="1" alt="A pylon" format="left"/>'
    assert codes(issue_of(digest, good_story(body=f"{TEXT}<p>{link(image)}</p>"))) == []


def test_title_of_a_source_is_not_a_url(digest):
    issue = issue_of(digest, good_story(sources=[source(title="https://example.com/a")]))
    [(message, place)] = messages_of(issue, "link_text")
    assert (place, "is a URL" in message) == ("body.sources.title", True)


@pytest.mark.parametrize(
    ("text", "twice"),
    [
        ("<p>They opened the the port.</p>", "the the"),
        ("<p>The the port is open.</p>", "The the"),
        ("<p>They opened the <b>the</b> port.</p>", "the the"),
        ("<p>Duran Duran sang.</p>", None),
        ("<p>He said that that was all he had had.</p>", None),
        ("<p>A no no, they say.</p>", None),
        ("<p>It ended with one</p><p>one more began.</p>", None),
        ("<ul><li>water</li><li>water pumps</li></ul>", None),
        ("<p>Ten, ten, and 10 10.</p>", None),
        ("<p>a<br/>a</p>", None),
    ],
)
def test_repeated_word_is_reported(digest, text, twice):
    found = messages_of(issue_of(digest, good_story(body=TEXT + text)), "repeated_words")
    assert found == ([(f"Story 1: “{twice}”: a word is repeated.", "body.body")] if twice else [])


def test_titles_of_sources_are_not_checked(digest):
    sources = [source(title="The the band", url="https://example.com/the")]
    assert codes(issue_of(digest, good_story(sources=sources))) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<p><b>Why it matters:</b> It counts.</p>", 1),
        ("<p>Why it matters is the price.</p>", 1),
        ("<p>why it matters — it counts.</p>", 1),
        ("<p>It counts. Why it matters is another thing.</p>", 0),
    ],
)
def test_why_it_matters_does_not_start_with_its_label(digest, text, found):
    messages = messages_of(issue_of(digest, good_story(why_it_matters=text)), "repeated_words")
    message = "Story 1: “Why it matters” is shown anyway: leave it out of the text."
    assert messages == [(message, "body.why_it_matters")] * found


@pytest.mark.parametrize("text", ["The bottom line: sharing pays.", "Bottom line: sharing pays."])
def test_bottom_line_does_not_start_with_its_label(digest, text):
    issue = issue_of(digest, body=body(good_story(), bottom_line(f"<p>{text}</p>")))
    assert [place for _, place in messages_of(issue, "repeated_words")] == ["body.text"]


@pytest.mark.parametrize(
    ("summary", "found"),
    [("Summary: the port is open.", ["repeated_words"]), ("Summary courts are back.", [])],
)
def test_labels_not_shown_on_the_page_need_a_colon(digest, summary, found):
    assert codes(issue_of(digest, body=good_body(summary=summary))) == found
