"""Test the reader of Word files, including malicious ones."""

import io
import time
import zipfile

import pytest

from digest.importing import DocumentError, read_document
from digest.importing.word import MAX_DECOMPRESSED, MAX_ELEMENTS, MAX_MEMBERS
from tests.importing.conftest import draft_of_document

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
MAIN = "word/document.xml"
RELS = "word/_rels/document.xml.rels"
NOTES = "word/footnotes.xml"
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" TargetMode="External" Target="https://example.com/pilot" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"/>'
    '<Relationship Id="r2" Target="media/a.png" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"/>'
    "</Relationships>"
)
NAMES = {"Title": "Title", "H1": "heading 1", "H2": "heading 2"}
STYLES = f"<w:styles {W}>" + "".join(
    f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/></w:style>'
    for key, name in NAMES.items()
)
NUMBERING = (
    f'<w:numbering {W}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt '
    'w:val="bullet"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/>'
    "</w:num></w:numbering>"
)
PICTURE = (
    '<w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/'
    'wordprocessingDrawing"><a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/'
    'main"><a:graphicData><pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/'
    'picture"><pic:blipFill><a:blip r:embed="r2"/></pic:blipFill></pic:pic></a:graphicData>'
    "</a:graphic></wp:inline></w:drawing></w:r>"
)


def paragraph(text: str, style: str = "", extra: str = "", bold: str = "") -> str:
    """Return a paragraph, with a style and something bold before its text."""
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    strong = f"<w:r><w:rPr><w:b/></w:rPr><w:t>{bold}</w:t></w:r>" if bold else ""
    run = f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'
    return f"<w:p>{properties}{strong}{run}{extra}</w:p>"


ITEM = '<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>{}</w:p>'
LINK = '<w:hyperlink r:id="r1"><w:r><w:t>The pilot</w:t></w:r></w:hyperlink>'
BODY = (
    paragraph("Heat below the house", "Title")
    + paragraph("2026-03-09")
    + paragraph("A basement holds sand", "H1")
    + paragraph("Text with ", extra=LINK + PICTURE)
    + ITEM.format("<w:r><w:t>one</w:t></w:r>")
    + paragraph(" It needs no land.", bold="Why it matters:")
    + paragraph("Sources", "H2")
    + ITEM.format(LINK)
    + paragraph("The bottom line", "H1")
    + paragraph("Quiet work.")
)


def docx(body: str = BODY, **members: str | bytes) -> bytes:
    """Make a Word file with this body and other members by path; None omits a member."""
    file = io.BytesIO()
    parts = {
        MAIN: f'<?xml version="1.0"?><w:document {W} {R}><w:body>{body}</w:body></w:document>',
        "word/_rels/document.xml.rels": RELATIONS,
        "word/styles.xml": f"{STYLES}</w:styles>",
        "word/numbering.xml": NUMBERING,
        "word/media/a.png": b"no picture",
    }
    parts |= members
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            if content is not None:
                archive.writestr(name, content)
    return file.getvalue()


def test_word_file_becomes_an_issue():
    document = read_document(docx(), "issue.docx")
    draft = draft_of_document(document)
    assert (draft.title, str(draft.date)) == ("Heat below the house", "2026-03-09")
    value = draft.stories[0].value()
    assert value["heading"] == "A basement holds sand"
    assert value["body"] == (
        '<p>Text with <a href="https://example.com/pilot">The pilot</a></p><ul><li>one</li></ul>'
    )
    assert value["why_it_matters"] == "<p>It needs no land.</p>"
    assert value["sources"][0]["value"]["url"] == "https://example.com/pilot"
    assert draft.bottom_line[0].text == "Quiet work."
    assert document.notes == (
        "left out: 1 × images that cannot be read, or have a format that the site does not accept",
    )


def test_footnotes_become_sources_of_the_issue():
    mark = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    note = paragraph("Timetable, ", extra="<w:r><w:t>https://example.com/t</w:t></w:r>")
    notes = f'<w:footnotes {W}><w:footnote w:id="2">{note}</w:footnote></w:footnotes>'
    body = paragraph("T", "Title") + paragraph("S", "H1") + paragraph("Text", extra=mark)
    draft = draft_of_document(read_document(docx(body, **{"word/footnotes.xml": notes}), "a.docx"))
    assert draft.stories[0].value()["body"] == "<p>Text<sup>[1]</sup></p>"
    (item,) = draft.body()[-1]["value"]["items"]
    assert item["value"]["title"] == "Timetable"
    assert item["value"]["url"] == "https://example.com/t"


def test_many_notes_and_links_of_one_url_are_accepted():
    marks = "".join(NOTE_MARK.replace('"2"', f'"{n}"') for n in range(100))
    notes = "".join(
        f'<w:footnote w:id="{n}">{paragraph(f"Note {n}")}</w:footnote>' for n in range(100)
    )
    body = (
        paragraph("T", "Title") + paragraph("S", "H1") + paragraph("Text", extra=marks + LINK * 300)
    )
    notes = f"<w:footnotes {W}>{notes}</w:footnotes>"
    draft = draft_of_document(read_document(docx(body, **{NOTES: notes}), "a.docx"))
    assert len(draft.sources) == 100


def rejection_of(data: bytes) -> str:
    """Return the error message for a file, and check that it takes at most 5 seconds."""
    started = time.process_time()
    with pytest.raises(DocumentError) as caught:
        read_document(data, "a.docx")
    assert time.process_time() - started < 5
    assert "\n" not in str(caught.value)
    return str(caught.value)


NOTE_MARK = '<w:r><w:footnoteReference w:id="2"/></w:r>'
LONG_NOTE = (
    f'<w:footnotes {W}><w:footnote w:id="2">{paragraph("a" * 300_000)}</w:footnote></w:footnotes>'
)
LONG_TARGET = RELATIONS.replace("example.com/pilot", "example.com/" + "a" * 200_000)
LONG_STYLE = f"{STYLES}</w:styles>".replace("heading 1", "a" * 200_000)
LINK_FIELD = "<w:r><w:instrText>HYPERLINK {}</w:instrText></w:r>"
FIELD_MARK = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'.format
OPEN_FIELD = FIELD_MARK("begin") + LINK_FIELD.format("h" * 50_000) + FIELD_MARK("separate")
BOMB = "<!DOCTYPE x [" + "".join(
    f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(9)
)
MARKED = f"<w:document {W}><w:body>"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (docx(**{MAIN: None}), "not a Word file"),
        (docx(**{MAIN: f"{BOMB}]>{MARKED}<w:p><w:r><w:t>&e8;"}), "declares entities"),
        (docx("<w:sdt><w:sdtContent>" * 9_000), "nested too deeply"),
        (docx("<w:p/>" * (MAX_ELEMENTS + 1)), "too large: more than 30000 pieces"),
        (docx('<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r></w:p>' * 101), "too deeply"),
        (docx(**{"word/styles.xml": b" " * (MAX_DECOMPRESSED + 1)}), "4 MB"),
        (docx(**{"word/numbering.xml": b" " * 2_000_000}), "far more than its size"),
        (docx(f"<w:p>{NOTE_MARK * 3000}</w:p>", **{NOTES: LONG_NOTE}), "refers to a note twice"),
        (docx(f"<w:p>{LINK}</w:p>" * 500, **{RELS: LONG_TARGET}), "a URL or a name"),
        (docx(paragraph("a", "H1") * 500, **{"word/styles.xml": LONG_STYLE}), "or a name"),
        (docx(f"<w:p>{OPEN_FIELD}</w:p>" + paragraph("a") * 500), "URLs of its links"),
        (docx(f"<w:p>{OPEN_FIELD}{FIELD_MARK('separate') * 2500}</w:p>"), "code of its fields"),
        (docx("<w:p>"), "its XML is bad"),
        (docx(**{f"a{n}": "" for n in range(MAX_MEMBERS)}), "more than 2000 files"),
        (docx()[:-30], "damaged"),
        (b"PK\x03\x04 rest", "damaged"),
        (docx(**{MAIN: f"<w:document {W}/>"}), "broken Word file"),
        (docx(paragraph(" ")), "empty"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_malicious_file_is_rejected_in_one_line(data, message):
    assert message in rejection_of(data)


def test_declared_sizes_are_not_trusted():
    data = docx(**{"word/styles.xml": b" " * 3_000_000})
    claimed = (3_000_000).to_bytes(4, "little")
    assert claimed in data
    assert "damaged" in rejection_of(data.replace(claimed, (100).to_bytes(4, "little")))


def test_encrypted_file_is_rejected():
    data = bytearray(docx())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.find(mark)
        while start >= 0:
            data[start + offset] |= 1
            start = data.find(mark, start + 4)
    assert "password" in rejection_of(bytes(data))


def test_duplicate_members_are_rejected():
    file = io.BytesIO(docx())
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(file, "a") as archive:
        archive.writestr(MAIN, "<x/>")
    assert "same name" in rejection_of(file.getvalue())


def test_image_that_is_no_image_is_left_out():
    data = docx(**{"word/media/a.png": b"\0" * 20_000_000})
    assert "Heat below" in read_document(data, "a.docx").text


def test_file_of_the_maximum_size_is_read_quickly():
    started = time.process_time()
    read_document(docx(paragraph("Word after word.") * (MAX_ELEMENTS // 3 - 100)), "a.docx")
    assert time.process_time() - started < 10
