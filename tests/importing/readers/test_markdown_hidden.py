"""Test that hidden HTML elements in Markdown are left out and reported, except in code."""

import pytest

from digest.importing.parts import Role
from digest.importing.readers.markdown_hidden import take_unseen
from tests.importing.conftest import parts_of, texts


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("Bread <p hidden>secret</p> rose.", "Bread rose."),
        ('Bread <div style="display:none">secret</div> rose.', "Bread rose."),
        ("Bread <span style='display: none'>secret **b**</span> rose.", "Bread rose."),
        ("Bread <b hidden>secret [c](https://e.org)</b> rose.", "Bread rose."),
        ("<table style=display:none>\n<tr><td>secret</td></tr>\n</table>", "\n\n"),
        ("<div hidden>\n\n## Secret\n\n```\nsecret\n```\n\n</div>\n\nBread", "\n" * 10 + "Bread"),
        ("<aside hidden>a<aside>b</aside>c</aside>Bread", "Bread"),
        ("- A\n\n  <details hidden>\n  secret\n  </details>\n- B", "- A\n\n\n\n\n- B"),
        ("Bread <figure style='opacity:0'>secret</figure>", "Bread"),
        ("<section\n  class='a'\n  hidden>secret</section>", "\n\n"),
        ("Bread <template>secret</template>", "Bread"),
        ("Bread <img src='https://e.org/a' hidden> rose.", "Bread rose."),
        ("<p hidden>secret\n\nBread", "\n\nBread"),
        ("Bread <span hidden>secret\n\nSalt", "Bread\n\nSalt"),
        ("Bread\n\n<div hidden>secret\n\nsecret", "Bread\n\n\n\n"),
        ("| Bread <b hidden>secret</b> | Salt |\n|-|-|", "| Bread | Salt |\n|-|-|"),
        (
            "<div style='visibility:hidden'>secret <b style='visibility:visible'>Bread</b></div>",
            "<b style='visibility:visible'>Bread</b>",
        ),
    ],
)
def test_hidden_element_is_left_out(written, left):
    assert take_unseen(written)[0].strip(" ") == left


@pytest.mark.parametrize(
    "written",
    [
        "`<p hidden>Bread</p>`",
        "``<p hidden>`Bread``",
        "```\n<div hidden>\nBread\n</div>\n```",
        "    <div hidden>Bread</div>",
        r"\<p hidden>Bread",
        "<div class='hidden' aria-hidden=true>Bread</div>",
        "<p hidden style='display:block'>Bread</p>",
        "<https://e.org/hidden> a < b hidden > c",
        "<p hidden Bread",
    ],
)
def test_code_and_shown_elements_stay(written):
    assert take_unseen(written) == (written, [])


@pytest.mark.parametrize(
    ("css", "element"),
    [
        (".x{display:none}", "<p class='a x'>"),
        ("#x { display: none }", "<div id=x>"),
        ("p > .x {visibility:hidden}", "<b class=x>"),
        ("@media screen { .x{font-size:0} }", "<span class=x>"),
        ("<!-- .x{display:none} -->", "<span class=x>"),
        (".y{}\n\n    .x{display:none}", "<span class=x>"),
        ("@supports (display:grid) { .x{display:none} }", "<span class=x>"),
    ],
)
def test_style_sheet_hides_elements(css, element):
    sheet, hidden = f"<STYLE>{css}</STYLE >", f"{element}secret"
    text, parts = take_unseen(f"Bread\n\n{sheet}\n\n{hidden}")
    assert (text.strip(), parts[0].text) == ("Bread", sheet)
    assert "secret" in parts[-1].text
    text, _ = take_unseen(f"Bread {element}shown\n\n<style media=print>{css}</style>")
    assert text.strip() == f"Bread {element}shown"


def test_style_sheet_within_a_line_hides_elements():
    text, _ = take_unseen("Bread <style>.x{display:none}</style> <b class=x>secret</b> rose.")
    assert text.split() == ["Bread", "rose."]


def test_rules_for_what_browsers_support_are_ignored():
    sheet = "<style>@supports not (display:grid) { .x{display:none} }</style>"
    text, _ = take_unseen(f"{sheet}\n\n<b class=x>Bread</b>")
    assert text.strip() == "<b class=x>Bread</b>"


def test_style_sheet_is_left_out_and_reported():
    parts = parts_of("# T\n\nA.\n\n## S\n\nB\n<style>\n.x{color:red}\n\n</style>\nc.", "a.md")
    [sheet] = [part for part in parts if part.role is Role.LEFT_OUT]
    assert (sheet.text, sheet.first_line) == ("<style>\n.x{color:red}\n\n</style>", 8)
    assert texts(parts, Role.BODY) == ["B", "c."]


@pytest.mark.parametrize(
    "written",
    [
        "`<style>.x{display:none}</style>` <p class=x>Bread</p>",
        "The <style> tag <p class=x>Bread</p>",
        "<styled class=x>Bread</styled>",
        "The <style> tag.\n\n## Bread\n\nSalt\n\n```html\n<style>p{}</style>\n```",
        "Of <style> and </style> tags.",
    ],
)
def test_code_and_other_tags_are_no_style_sheet(written):
    assert take_unseen(written) == (written, [])


def test_style_sheet_in_a_comment_hides_nothing():
    text, [comment] = take_unseen("<!-- <style>.x{display:none}</style> --><p class=x>Bread")
    assert (text, comment.role) == ("<p class=x>Bread", Role.COMMENT)


def test_hidden_elements_are_reported_with_their_lines():
    written = "# T\n\nA.\n\n## S\n\nB <p hidden>c</p> d.\n\n<div hidden>\ne\n\n</div>"
    parts = parts_of(written, "a.md")
    found = [part for part in parts if part.role is Role.LEFT_OUT]
    assert [part.text for part in found] == ["<p hidden>c</p>", "<div hidden>\ne\n\n</div>"]
    assert [(part.first_line, part.last_line) for part in found] == [(7, 7), (9, 12)]
    assert texts(parts, Role.BODY) == ["B d."]
