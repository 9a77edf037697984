"""Test that comments in Markdown are left out and reported, except in code."""

import pytest

from digest.importing import DocumentError
from digest.importing.documents import read_document
from digest.importing.parts import Role
from digest.importing.readers.comments import take_comments
from digest.importing.report import Report
from tests.importing.conftest import draft_of, parts_of, texts


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("Bread <!-- ask Ida --> rose.", "Bread rose."),
        ("<!-- ask\n\n- Ida\n\n> twice\n-->\nBread.", "\n\n\n\n\n\nBread."),
        ("Bread <!-- ask\n\nIda --> rose.", "Bread\n\nrose."),
        ("- Bread\n\n  <!-- ask\n  Ida -->\n- Salt", "- Bread\n\n\n\n- Salt"),
        ("> Bread <!-- ask\n> Ida -->\n> rose.", "> Bread\n\n> rose."),
        ("| Bread <!-- ask --> | Salt |\n|-|-|", "| Bread | Salt |\n|-|-|"),
        ("<!-- a\n```\nb -->\nBread.", "\n\n\nBread."),
        ("> ```\n> x\n\nBread <!-- ask -->", "> ```\n> x\n\nBread"),
        ("Bread <!-- ask Ida", "Bread"),
        ("<!-->Bread", "Bread"),
        ("[//]: # (ask Ida)\n\nBread", "\n\nBread"),
        ("[note]: <> 'ask\nIda'\n\nBread", "\n\n\nBread"),
        ("%%\nask\n\nIda\n%%\n\nBread", "\n\n\n\n\n\nBread"),
        ("Bread %%ask Ida%% rose", "Bread rose"),
        ("Bread {>>ask\nIda<<} rose", "Bread\nrose"),
        ("{/* ask Ida */}\n\nBread", "\n\nBread"),
    ],
)
def test_comment_is_left_out(written, left):
    assert take_comments(written)[0] == left


@pytest.mark.parametrize(
    "written",
    [
        "Use `<!-- x -->` here.",
        "Use `` `<!-- x -->` `` here.",
        "~~~html\n<!-- x -->\n~~~",
        "- Use\n\n  ```\n  <!-- x\n\n  y -->\n  ```",
        "Use:\n\n    <!-- x -->\n",
        "- Use\n\n      %%\n      x\n      %%\n",
        "5%% of it, and 6%% of that",
        r"\<!-- x -->",
        "[a]: https://e.org (title)",
        "%%\nnever closed",
    ],
)
def test_code_and_text_with_the_same_characters_stay(written):
    assert take_comments(written) == (written, [])


def test_comments_are_reported_with_their_lines():
    text = b"# T\n\n## S\n\nBread <!-- ask\nIda --> rose.\n\n[//]: # (x)\n"
    document = read_document(text, "a.md")
    parts = parts_of(document.text, "a.md")
    comments = [(p.first_line, p.last_line) for p in parts if p.role is Role.COMMENT]
    assert comments == [(5, 6), (8, 8)]
    report = "\n".join(Report(document, parts).lines())
    assert "lines 5-6  comment          <!-- ask Ida --> (left out)" in report
    assert report.endswith("1 story, 2 comments left out, everything understood.")


def test_table_shown_as_written_has_no_comment():
    draft = draft_of("## S\n\n| a <!-- ask Ida --> | b |\n|---|---|\n", "a.md")
    assert "Ida" not in draft.stories[0].value()["body"]


def test_front_matter_may_follow_comments():
    parts = parts_of("<!-- lint off -->\n<!-- x -->\n\n---\ntitle: T\n---\n\n## S\n\nx", "a.md")
    assert texts(parts, Role.TITLE) == ["T"]
    assert texts(parts, Role.COMMENT) == ["<!-- lint off -->", "<!-- x -->"]
    assert [part.first_line for part in parts] == [1, 2, 5, 8, 10]


def test_entangled_comments_and_code_are_rejected():
    with pytest.raises(DocumentError, match="unfinished code blocks"):
        take_comments("a <!-- \n```\n--> b\n" * 20)
