"""Test that text which a browser would not show is left out, whatever hides it."""

import pytest

from digest.importing import DocumentError, read_document
from digest.importing.html.cleaner import clean_html

AROUND = "<h1>Tides</h1><p>Before it.</p>{}<p>After it.</p>"
HIDING_STYLES = """
display:none|DISPLAY : NONE !important|visibility:hidden|visibility: collapse|opacity:0|opacity:0.0
font-size:0|font-size:0px|font:0/0 a|font-size:1px;line-height:1px|max-height:0;overflow:hidden
height:0px;max-width:0;overflow:hidden|color:transparent|color:#fff;background-color:#FFF
position:absolute;left:-9999px|text-indent:-9999px|position:absolute;clip:rect(0 0 0 0)
clip-path:inset(50%)|display:none;mso-hide:all|mso-hide:all|transform:scale(0)|display:/**/none
""".replace("\n", "|").strip("|")
SHOWN_STYLES = """
display:block|visibility:visible|opacity:0.5|font-size:12px|max-height:40px;overflow:hidden
max-height:0|opacity:0;transition:opacity 1s|opacity:0;transform:translateY(20px)
height:0;padding-bottom:56%;overflow:hidden|color:#fff;background-color:#000|text-indent:-20px
position:relative;left:-9999px|width:100%;overflow:hidden|font-size:0.9em
""".replace("\n", "|").strip("|")

TAGS = ("p", "h2", "li", "a", "b", "td", "tr", "table", "blockquote", "pre", "dd", "center", "u")


def text_of(html: str) -> str:
    return clean_html(html)[0]


def notes_of(html: str) -> str:
    return " | ".join(clean_html(html)[1])


@pytest.mark.parametrize("style", HIDING_STYLES.split("|"))
def test_style_that_hides(style):
    html = AROUND.format(f'<p style="{style}">secret</p>')
    assert text_of(html) == "<h1>Tides</h1>\n<p>Before it.</p>\n<p>After it.</p>"
    assert "left out: 1 × hidden" in notes_of(html)


@pytest.mark.parametrize("style", SHOWN_STYLES.split("|"))
def test_style_that_does_not_hide(style):
    assert "shown" in text_of(AROUND.format(f'<p style="{style}">shown</p>'))


@pytest.mark.parametrize("tag", TAGS)
def test_hidden_element_of_any_tag(tag):
    html = AROUND.format(f"<table><{tag} hidden>secret <i>more</i></{tag}></table>")
    assert "secret" not in text_of(html)
    assert "more" not in text_of(html)
    assert "After it." in text_of(html)


def test_rest_of_a_paragraph_and_of_a_list_stays():
    html = '<p>One <span style="display:none">secret</span> two.</p>'
    html += "<ul><li>Three<li hidden>secret<li>Four</ul><p hidden>secret<p>Five"
    assert text_of(html) == "<p>One two.</p>\n<ul><li>Three</li><li>Four</li></ul>\n<p>Five</p>"
    assert "3 × hidden" in notes_of(html)


@pytest.mark.parametrize(
    ("sheet", "attributes"),
    [
        (".draft{display:none}", "class='note draft'"),
        ("#memo { display : none }", "id=memo"),
        ("p.draft, h6 {color:red;visibility:hidden}", "class=draft"),
        (".body > p.draft{opacity:0}", "class=draft"),
        (".outer .draft{font-size:0}", "class=draft"),
        ("[data-internal]{display:none}", "data-internal=yes"),
        ("@media screen { .draft {display:none} }", "class=draft"),
        ("@media print, only screen { .draft {display:none} }", "class=draft"),
        ("@layer notes { .draft {display:none} }", "class=draft"),
        ("<!-- .draft {display:none} -->", "class=draft"),
        (".draft{display:none!important}", "class=draft style='display:block'"),
    ],
)
def test_style_sheet_that_hides(sheet, attributes):
    html = f"<style>{sheet}</style><div class=outer><div class=body><p {attributes}>secret</p>"
    assert text_of(f"{html}<p>Shown.</p></div></div>") == "<p>Shown.</p>"


@pytest.mark.parametrize(
    "sheet",
    [
        "@media print { p {display:none} }",
        "@media (max-width: 480px) { p {display:none} }",
        "@media print, screen and (max-width: 480px) { p {display:none} }",
        ".other, p.other, #other, p[lang=de], div > p {display:none}",
        "p:hover {display:none} p::before {display:none}",
        "p {display:none} p {display:block}",
        "p {display:none} .shown {display:block}",
        "/* p {display:none} */",
        "p {display:none",
    ],
)
def test_style_sheet_that_does_not_hide(sheet):
    assert text_of(f"<style>{sheet}</style><p class=shown>Shown.") == "<p>Shown.</p>"


def test_sheets_for_print_and_for_outlook_do_not_hide():
    html = "<style media=print>p{display:none}</style>"
    html += "<!--[if mso]><style>p{display:none}</style><![endif]--><p>Shown.</p>"
    assert text_of(html) == "<p>Shown.</p>"


def test_text_within_hidden_text_may_be_shown():
    html = "<table style='font-size:0'><td>secret <p style='font-size:14px'>Shown.</p></table>"
    html += "<div style='visibility:hidden'>secret <b style='visibility:visible'>Too.</b></div>"
    assert text_of(html) == "<p>Shown.</p>\n<p><b>Too.</b></p>"
    assert "2 × hidden" in notes_of(html)


def test_hidden_attribute_gives_way_to_a_style():
    assert text_of("<p hidden style='display:block'>Shown.") == "<p>Shown.</p>"


def test_hidden_from_screen_readers_only_is_shown():
    assert text_of("<p aria-hidden=true>Shown.") == "<p>Shown.</p>"


def test_template_and_noscript_are_counted():
    assert "2 × hidden" in notes_of("<p>x<template>a</template><noscript>b</noscript>")


def test_style_sheets_with_too_many_rules_are_rejected(monkeypatch):
    monkeypatch.setattr("digest.importing.html.styles.MAX_STEPS", 1000)
    rules = "".join(f".a .b{number} .c{{display:none}}" for number in range(50))
    page = f"<style>{rules}</style>" + "<p class='a c'>x" * 50
    with pytest.raises(DocumentError, match="too many rules"):
        read_document(page.encode(), "a.html")


def test_bold_and_italic_by_class_are_kept():
    html = "<style>.x{font-weight:700}.y{font-style:italic}a{font-weight:bold}</style><p>"
    html += "<span class=x>bold</span> <span class='y x'>both</span> <a href='https://e.org/'>not"
    assert text_of(html) == (
        '<p><b>bold</b> <b><i>both</i></b> <a href="https://e.org/">not</a></p>'
    )
