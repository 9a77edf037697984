"""Test front matter: values as written, line numbers, errors."""

from itertools import pairwise

import pytest

from digest.importing.documents import DocumentError
from digest.importing.parts import Role
from digest.importing.readers.front_matter import MAX_LENGTH, read_front_matter
from tests.importing.conftest import draft_of


def values(yaml: str) -> list[tuple[str, str]]:
    """Return (role, text) of each part of a front matter."""
    parts, _ = read_front_matter(f"---\n{yaml}\n---\n")
    return [(part.role.name, part.text) for part in parts]


@pytest.mark.parametrize(
    ("yaml", "expected"),
    [
        ("title: 2026", [("TITLE", "2026")]),
        ("title: yes", [("TITLE", "yes")]),
        ("date: 2026-03-09", [("DATE", "2026-03-09")]),
        ("Title: T", [("TITLE", "T")]),
        ("tags: [A, B b]", [("TAG", "A"), ("TAG", "B b")]),
        ("tags:\n- A\n- C#", [("TAG", "A"), ("TAG", "C#")]),
        ("headline:", []),
        ("slug: a-b", [("SLUG", "a-b")]),
        ("summary: |\n  one\n  two", [("SUMMARY", "one\ntwo")]),
        ("title: 'a: b'", [("TITLE", "a: b")]),
        ("mood: calm", [("LEFT_OUT", "mood: calm")]),
        ("mood:\n  a: b\n  c: d", [("LEFT_OUT", "mood:\n  a: b\n  c: d")]),
        ("title: [a, b]", [("LEFT_OUT", "title: [a, b]")]),
        ("title: a\ntitle: b", [("TITLE", "a"), ("LEFT_OUT", "title: b")]),
        ("title: The #1 of all", [("TITLE", "The"), ("LEFT_OUT", "#1 of all")]),
        ("# note\ntitle: a", [("LEFT_OUT", "# note"), ("TITLE", "a")]),
        ("title: 'a # b'", [("TITLE", "a # b")]),
        ("title: !!python/name:os.system x", [("TITLE", "x")]),
        ("title: Salt <b>now</b>", [("TITLE", "Salt <b>now</b>")]),
    ],
)
def test_values_are_kept_as_written(yaml, expected):
    assert values(yaml) == expected


@pytest.mark.parametrize(
    ("unseen", "role"),
    [
        ("<span hidden>secret</span>", "LEFT_OUT"),
        ("<i style='display:none'>secret</i>", "LEFT_OUT"),
        ("<!-- secret -->", "COMMENT"),
    ],
)
def test_what_a_browser_would_not_show_is_taken_out(unseen, role):
    assert values(f"title: Salt {unseen} today") == [(role, unseen), ("TITLE", "Salt today")]
    assert values(f"tags: [Salt, {unseen}]") == [(role, unseen), ("TAG", "Salt")]
    text = f"---\ndescription: Salt {unseen}\n---\n\n# T\n\n## S\n\nText."
    assert draft_of(text, "a.md").summary_text == "Salt"


def test_tags_are_split_at_commas_except_in_a_list():
    assert values("tags: A, B") == [("TAG", "A"), ("TAG", "B")]
    assert values("tags: ['A, B']") == [("TAG", "A, B")]


def test_line_numbers_are_those_of_the_document():
    parts, rest = read_front_matter("\n---\ntitle: a\nsummary: >\n  b\n  c\ndate: d\n---\n\nText")
    assert [(p.first_line, p.last_line) for p in parts] == [(3, 3), (4, 6), (7, 7)]
    assert rest.split("\n")[9] == "Text"


@pytest.mark.parametrize(
    ("yaml", "message"),
    [
        ("title: a: b", r"line 2: mapping values are not allowed"),
        ("title: a\ntags: [x", r"line 4"),
        ("title: 'a", "not valid YAML"),
        ("x: *nobody", "undefined alias"),
        ("tags: " + "[" * 5000 + "]" * 5000, "not valid YAML"),
        ("title: " + "a" * MAX_LENGTH, "too long"),
    ],
)
def test_invalid_front_matter_is_rejected_in_one_line(yaml, message):
    with pytest.raises(DocumentError, match=message) as caught:
        values(yaml)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["---\n\ntext\n\n---\n", "---\n---\n", "---\ntitle: a\n", "a\n---\n"]
)
def test_other_text_between_dashes_stays_text(text):
    assert read_front_matter(text) == ([], text)


def test_aliases_are_not_expanded():
    names = "abcdefghijklmno"
    levels = [f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}]" for a, b in pairwise(names)]
    assert len(values("a: &a [x, x]\n" + "\n".join(levels))) == 15
    assert values("a: &a [*a]") == [("LEFT_OUT", "a: &a [*a]")]


def test_repeated_key_is_left_out():
    parts, _ = read_front_matter("---\ntitle: a\nTITLE: b\n---\n")
    assert [part.role for part in parts] == [Role.TITLE, Role.LEFT_OUT]


@pytest.mark.parametrize(
    ("yaml", "expected"),
    [
        ('title: "a \\ud800 b"', [("TITLE", "a \ufffd b")]),
        ('title: "a \\0 b"', [("TITLE", "a  b")]),
        ('title: "\\ud83d\\ude00"', [("TITLE", "\U0001f600")]),
        ('tags: ["a\\x07b", "\\0"]', [("TAG", "ab")]),
        ('mood: "\\0"', [("LEFT_OUT", 'mood: "\\0"')]),
        ('tags: ["#Ferries", "C#"]', [("TAG", "Ferries"), ("TAG", "C#")]),
        ('tags: "#Night trains #Rail"', [("TAG", "Night trains"), ("TAG", "Rail")]),
        ("pubDate: 2026-03-09", [("DATE", "2026-03-09")]),
        (
            "publishDate: 2026-03-09\ndate: 2026-03-10",
            [("LEFT_OUT", "publishDate: 2026-03-09"), ("DATE", "2026-03-10")],
        ),
    ],
)
def test_values_are_usable(yaml, expected):
    assert values(yaml) == expected


def test_toml_between_plus_signs():
    parts, rest = read_front_matter(
        "+++\n"
        "title = 'Harbour \"notes\"'  # draft\n"
        "date = 2026-03-09T19:30:00Z\n"
        "weight = 3\n\n"
        "[taxonomies]\n"
        'tags = [\n  "Ferries",\n]\n'
        "[extra]\nmood = 'calm'\n"
        "+++\nText"
    )
    assert [(part.role.name, part.text, part.first_line, part.last_line) for part in parts] == [
        ("TITLE", 'Harbour "notes"', 2, 2),
        ("LEFT_OUT", "# draft", 2, 2),
        ("DATE", "2026-03-09 19:30:00+00:00", 3, 3),
        ("LEFT_OUT", "weight = 3", 4, 4),
        ("TAG", "Ferries", 7, 9),
        ("LEFT_OUT", "[extra]\nmood = 'calm'", 10, 11),
    ]
    assert rest.split("\n")[12] == "Text"


@pytest.mark.parametrize("toml", ["title = a", "a = " + "[" * 5000, "a = 1\na = 2"])
def test_invalid_toml_is_rejected(toml):
    with pytest.raises(DocumentError, match="not valid TOML"):
        read_front_matter(f"+++\n{toml}\n+++\n")


def test_headers_without_a_fence():
    text = "Title: Harbour: notes\nDate: 2026-03-09\n  22:15\nAuthor: Ida\nTags: a, b\n\nText"
    parts, rest = read_front_matter(text)
    assert [(part.role.name, part.text, part.first_line) for part in parts] == [
        ("TITLE", "Harbour: notes", 1),
        ("DATE", "2026-03-09 22:15", 2),
        ("LEFT_OUT", "Author: Ida", 4),
        ("TAG", "a", 5),
        ("TAG", "b", 5),
    ]
    assert rest == "\n\n\n\n\n\nText"


@pytest.mark.parametrize(
    "text", ["Note: no title here.\n\nText", "Title: a\nText goes on\n", "One. Title: a\n\nText"]
)
def test_text_that_begins_with_a_label_is_no_front_matter(text):
    assert read_front_matter(text) == ([], text)


@pytest.mark.parametrize("key", ["description", "excerpt"])
def test_description_is_the_summary_where_there_is_none(key):
    text = f"---\ntitle: T\n{key}: What *happened*.\n---\n\n{{}}## Story\n\nx"
    assert draft_of(text.format(""), "a.md").summary_text == "What *happened*."
    assert draft_of(text.format("One sentence.\n\n"), "a.md").summary_text == "One sentence."
