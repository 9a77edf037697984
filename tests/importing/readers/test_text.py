"""Test the reader of copied text: headings, labels, lists, sources, boilerplate."""

import pytest

from digest.importing.parts import Role
from tests.importing.conftest import COPIED, draft_of, parts_of, texts

PROSE = "A sentence that is long enough to be the text of a story and of nothing else."
ISSUE = f"2026-03-09 #Rail\n\nA Title Without an End\n\n{PROSE}\n\nA Story\n\n{PROSE}\n\n{{}}"


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace(" ", "\u00a0"),
        lambda text: text.replace("'", "’").replace('"', "“"),
        lambda text: text.replace("\n\n", "\n"),
        lambda text: text.replace("\n", "  \n  "),
        lambda text: text.replace("\n\n", "\n\n\n\n"),
        lambda text: text.replace("Why it matters: ", "Why it matters\n\n"),
        lambda text: text.replace("Why it matters: ", "WHY IT MATTERS — "),
        lambda text: text.replace("Why it matters: ", "💡 Why this matters – "),
        lambda text: text.replace("The Bottom Line", "Bottom line:"),
        lambda text: text.replace("2026-03-09 #", "March 9, 2026\n\n#"),
        lambda text: text.replace("2026-03-09", "Monday, 9 March 2026 ·"),
        lambda text: text.replace("Back to feed", "← Back to all issues"),
    ],
)
def test_variants_of_a_copied_page(change):
    expected, draft = draft_of(COPIED.read_text()), draft_of(change(COPIED.read_text()))
    assert (draft.date, draft.tags) == (expected.date, expected.tags)
    assert len(draft.summary) == len(draft.bottom_line) == 1
    shapes = [[(len(s.body), len(s.why_it_matters)) for s in d.stories] for d in (draft, expected)]
    assert shapes[0] == shapes[1]


def test_bottom_line_is_optional():
    draft = draft_of(ISSUE.format("Why it matters: it does."))
    assert (len(draft.stories), draft.bottom_line) == (1, [])


def test_label_needs_a_separator():
    draft = draft_of(ISSUE.format("Why it matters is a question that nobody asked."))
    assert draft.stories[0].why_it_matters == []
    assert len(draft.stories[0].body) == 2


def test_why_it_matters_before_the_story_text_is_one_paragraph():
    after = draft_of(ISSUE.format("Why it matters:\n\nOne.\n\nTwo."))
    before = draft_of(
        ISSUE.replace("A Story\n\n", "A Story\n\nWhy it matters: One.\n\n").format("")
    )
    assert len(after.stories[0].why_it_matters) == 2
    assert (len(before.stories[0].why_it_matters), len(before.stories[0].body)) == (1, 1)


def test_bottom_line_within_a_story_is_story_text():
    text = ISSUE.format(
        f"Why it matters: a.\n\nThe bottom line: b.\n\nSecond Story\n\n{PROSE}\n\n"
        "Why it matters: c.\n\nThe bottom line: d."
    )
    draft = draft_of(text)
    assert [part.text for part in draft.bottom_line] == ["d."]
    assert draft.stories[0].why_it_matters[-1].text == "The bottom line: b."


def test_bullets_become_lists():
    draft = draft_of(ISSUE.format("• one\n• two & three\n\n1. first\n2. second\n\n2026. A year."))
    body = draft.stories[0].value()["body"]
    assert (
        "<ul><li>one</li><li>two &amp; three</li></ul><ol><li>first</li><li>second</li></ol>"
        in body
    )
    assert "<p>2026. A year.</p>" in body


def test_number_out_of_sequence_stays_in_the_text():
    body = (
        draft_of(ISSUE.format("5. Fifth of none.\n\n1. one\n2. two\n4. Four."))
        .stories[0]
        .value()["body"]
    )
    assert body.endswith("<p>5. Fifth of none.</p><ol><li>one</li><li>two</li></ol><p>4. Four.</p>")


def test_numbered_headings_are_headings():
    draft = draft_of(ISSUE.format(f"1. First Thing\n\n{PROSE}\n\n2. Second Thing\n\n{PROSE}"))
    assert [story.heading for story in draft.stories[1:]] == ["1. First Thing", "2. Second Thing"]


@pytest.mark.parametrize(
    ("line", "is_heading"),
    [
        ("Cities Store the Sun", True),
        ("Who pays for the night train?", True),
        ("Regulators Act Across the U.S.", True),
        ("iPhone sales rise", True),
        ("It rained. Who knew?", False),
        ("It rained on the whole of Monday.", False),
        ("The report has three findings:", False),
        ("See https://example.com/report", False),
        ("By Ada Writer", False),
        ("w" * 161, False),
    ],
)
def test_heading_is_a_short_line_without_final_punctuation(line, is_heading):
    draft = draft_of(ISSUE.format(f"{line}\n\n{PROSE}"))
    assert ([story.heading for story in draft.stories] == ["A Story", line]) is is_heading


def test_short_line_without_following_text_is_reported():
    parts = parts_of(ISSUE.format("A stray line"))
    assert texts(parts, Role.UNKNOWN) == ["A stray line"]
    assert (
        "<p>A stray line</p>" in draft_of(ISSUE.format("A stray line")).stories[0].value()["body"]
    )


def test_heading_after_the_bottom_line_is_not_a_story():
    draft = draft_of(
        ISSUE.format("The Bottom Line\n\nEnough.\n\nJoin Ten Thousand\n\nWe write daily.")
    )
    assert len(draft.stories) == 1
    assert [part.text for part in draft.bottom_line] == [
        "Enough.",
        "Join Ten Thousand",
        "We write daily.",
    ]


def test_boilerplate_words_within_stories_are_text():
    text = ISSUE.format(
        f"Search\n\n{PROSE}\n\nWhy it matters: a.\n\nThe Bottom Line\n\nb.\n\nSearch"
    )
    assert draft_of(text).stories[1].heading == "Search"
    assert texts(parts_of(text), Role.BOILERPLATE) == ["Search"]


def test_sources_have_titles_urls_and_details():
    draft = draft_of(
        ISSUE.format(
            "The Bottom Line\n\nEnough.\n\nSources\n\n"
            "• Grid report — Example Wire, 2026-03-01 https://example.com/grid\n"
            "Minutes of the council\nhttps://example.com/minutes\n"
            "https://example.com/bare\n"
        )
    )
    sources = draft.body()[-1]["value"]["items"]
    values = [(s["value"]["title"], s["value"]["url"]) for s in sources]
    assert values == [
        ("Grid report", "https://example.com/grid"),
        ("Minutes of the council", "https://example.com/minutes"),
        ("https://example.com/bare", "https://example.com/bare"),
    ]
    assert sources[0]["value"]["publisher"] == "Example Wire"
    assert sources[0]["value"]["published_on"] == "2026-03-01"


def test_sources_of_a_story():
    draft = draft_of(
        ISSUE.format(
            f"Sources:\n- https://example.com/a\n\nSecond Story\n\n{PROSE}\n\n"
            "Sources: https://example.com/b\n\nThe Bottom Line\n\nEnough."
        )
    )
    assert [len(story.sources) for story in draft.stories] == [1, 1]
    assert draft.sources == []


def test_single_source_list_belongs_to_the_story_if_another_follows():
    text = f"Sources\n\n- One\n\nSecond Story\n\n{PROSE}\n\nWhy it matters: a."
    draft = draft_of(ISSUE.format(text))
    assert [len(story.sources) for story in draft.stories] == [1, 0]


def test_source_before_a_label_is_not_a_heading():
    draft = draft_of(ISSUE.format("Sources:\nOne report\nAnother report\nThe Bottom Line\nEnough."))
    assert [part.text for part in draft.stories[0].sources] == ["One report", "Another report"]


def test_wrapped_lines_are_joined():
    lines = (
        "This paragraph was wrapped by a program for mail, as all of them do",
        "it, so that its lines end where the next word found no room in the",
        "line, and a reader of the text has to put the paragraph together.",
        "Otherwise every line would be one.",
    )
    draft = draft_of(ISSUE.replace(PROSE, "\n".join(lines)).format(""))
    assert [part.text for part in draft.summary] == [" ".join(lines)]
    assert (draft.summary[0].first_line, draft.summary[0].last_line) == (5, 8)


def test_date_in_the_file_name():
    (part,) = [
        p for p in parts_of(f"A Title\n\n{PROSE}", "w-2026-03-09.txt") if p.role is Role.DATE
    ]
    assert (part.text, part.first_line) == ("2026-03-09", 0)


@pytest.mark.parametrize("line", ["2026-02-30", "2026-03-09 was a long day.", "#1 is a number."])
def test_line_that_only_starts_like_metadata_is_text(line):
    parts = parts_of(f"A Title\n\n{line}\n\n{PROSE}")
    assert not {part.role for part in parts} & {Role.DATE, Role.TAG}
