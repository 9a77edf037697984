"""Test that a Word file is read as Word shows it."""

import pytest

from digest.importing import read_document
from tests.importing.test_word import W, docx, paragraph

STYLES_PART = "word/styles.xml"


def style(
    key: str, name: str = "", *, kind: str = "paragraph", base: str = "", extra: str = ""
) -> str:
    """Return the definition of a style."""
    based_on = f'<w:basedOn w:val="{base}"/>' if base else ""
    return (
        f'<w:style w:type="{kind}" w:styleId="{key}"><w:name w:val="{name or key}"/>'
        f"{based_on}{extra}</w:style>"
    )


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


VANISH = "<w:rPr><w:vanish/></w:rPr>"
DEFINED = (
    style("Title")
    + style("Zitat", "Quote")
    + style("Einzug", "Own indented", base="Zitat")
    + style("Strong2", "Intense Quote")
    + style("Ueber", "Own heading", base="Berschrift1")
    + style("Berschrift1", "heading 1")
    + style("Memo", base="MemoBase")
    + style("MemoBase", extra=VANISH)
    + style("Shown", base="MemoBase", extra='<w:rPr><w:vanish w:val="0"/></w:rPr>')
    + style("MemoRun", kind="character", extra=VANISH)
)


def read(*paragraphs: str) -> tuple[str, str]:
    """Return text and notes of a Word file with these paragraphs below a title."""
    styles = f"<w:styles {W}>{DEFINED}</w:styles>"
    data = docx(paragraph("Tides", "Title") + "".join(paragraphs), **{STYLES_PART: styles})
    document = read_document(data, "a.docx")
    return document.text.removeprefix("<h1>Tides</h1>\n"), " | ".join(document.notes)


@pytest.mark.parametrize(
    "properties",
    [
        "<w:vanish/>",
        '<w:vanish w:val="true"/>',
        "<w:webHidden/>",
        "<w:specVanish/>",
        '<w:rStyle w:val="MemoRun"/>',
        '<w:b/><w:rStyle w:val="MemoRun"/>',
    ],
)
def test_hidden_run_is_left_out_and_counted(properties):
    line = f"<w:p>{run('Before ')}{run('secret', properties)}{run('after.')}</w:p>"
    text, notes = read(line)
    assert text == "<p>Before after.</p>"
    assert "left out: 1 × hidden text" in notes


@pytest.mark.parametrize(
    ("name", "properties", "shown"),
    [
        ("Memo", "", False),
        ("MemoBase", "<w:b/>", False),
        ("Shown", "", True),
        ("Memo", '<w:vanish w:val="0"/>', True),
        ("Memo", '<w:rStyle w:val="MemoRun"/>', True),
        ("", '<w:vanish w:val="off"/>', True),
    ],
)
def test_style_of_the_paragraph_decides_where_the_run_does_not(name, properties, shown):
    used = f'<w:pPr><w:pStyle w:val="{name}"/></w:pPr>' if name else ""
    text, _ = read(f"<w:p>{used}{run('Note', properties)}</w:p>", paragraph("End."))
    assert ("Note" in text) is shown


def test_hidden_row_and_hidden_link_and_the_mark_of_a_paragraph():
    row = f"<w:tr><w:trPr><w:hidden/></w:trPr><w:tc>{paragraph('secret')}</w:tc></w:tr>"
    table = f"<w:tbl>{row}<w:tr><w:tc>{paragraph('Shown.')}</w:tc></w:tr></w:tbl>"
    link = f'<w:hyperlink w:anchor="a">{run("secret", "<w:vanish/>")}</w:hyperlink>'
    mark = f"<w:p><w:pPr>{VANISH}</w:pPr>{run('Run-in heading. ')}</w:p>"
    text, notes = read(table, paragraph("One.", extra=link), mark)
    assert text == "<p>Shown.</p>\n<p>One.</p>\n<p>Run-in heading.</p>"
    assert "2 × hidden text" in notes


def test_field_around_hidden_text_still_ends():
    begin, separate, end = (
        f'<w:r><w:rPr><w:vanish/></w:rPr><w:fldChar w:fldCharType="{kind}"/></w:r>'
        for kind in ("begin", "separate", "end")
    )
    code = '<w:r><w:instrText>HYPERLINK "https://e.org/"</w:instrText></w:r>'
    text, _ = read(f"<w:p>{begin}{code}{separate}{run('Link')}{end}{run(' after')}</w:p>")
    assert text == '<p><a href="https://e.org/">Link</a> after</p>'


@pytest.mark.parametrize("name", ["Zitat", "Einzug", "Strong2"])
def test_quote_styles_are_quotes_also_where_they_are_based_on(name):
    text, _ = read(paragraph("We wait.", name), paragraph("And wait.", name), paragraph("End."))
    assert text == "<blockquote>We wait.<br/>And wait.</blockquote>\n<p>End.</p>"


def test_style_based_on_a_heading_is_a_heading():
    assert read(paragraph("Low water", "Ueber"), paragraph("It fell."))[0].startswith("<h2>Low")


@pytest.mark.parametrize("kind", ["drop", "margin"])
def test_drop_cap_belongs_to_its_word(kind):
    frame = f'<w:pPr><w:framePr w:dropCap="{kind}" w:lines="3"/></w:pPr>'
    text, _ = read(f"<w:p>{frame}{run('L')}</w:p>", paragraph("ow water came."), paragraph("End."))
    assert text == "<p>Low water came.</p>\n<p>End.</p>"
