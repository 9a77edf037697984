"""Test mails that were saved as files, and data of programs that is no document."""

import json

import pytest

from digest.importing import DocumentError, read_document
from tests.importing.conftest import draft_of, draft_of_document

HEADERS = (
    "Received: by m.example.org; Tue, 2 Jun 2026 23:30:00 -0700\nFrom: Tide <tide@example.org>\n"
    "To: jo@example.com\nSubject: {}\nDate: Tue, 02 Jun 2026 23:30:00 -0700\nMIME-Version: 1.0\n"
)
HTML = "<p>Tide letter</p><h2>Low water</h2><p>It fell by 3=E2=82=AC, all day lo=\nng.</p>"
PLAIN = "Low water came early\n\nThe boats had to wait for the evening.\n"


def mail(body: str, kind: str, encoding: str = "8bit", subject: str = "Tides of June") -> bytes:
    headers = f"Content-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n\n"
    return f"{HEADERS.format(subject)}{headers}{body}".encode()


def test_html_of_a_mail_is_decoded_with_subject_and_date():
    data = mail(
        HTML, "text/html; charset=utf-8", "quoted-printable", "=?utf-8?q?Ebbe_=E2=80=94_6?="
    )
    draft = draft_of_document(read_document(data.replace(b"\n", b"\r\n"), "june.eml"))
    assert (draft.title, str(draft.date)) == ("Ebbe — 6", "2026-06-02")
    assert draft.stories[0].value()["body"] == "<p>It fell by 3€, all day long.</p>"
    assert draft.summary_text == "Tide letter"


def test_html_of_a_mail_with_attachment_is_preferred_to_its_plain_text():
    parts = [
        "Content-Type: text/plain\n\nplain",
        "Content-Type: text/html\nContent-Disposition: attachment; filename=a.html\n\nattached",
        "Content-Type: text/html; charset=iso-8859-1\n\n<h1>Own title</h1><h2>S</h2><p>Text.",
    ]
    body = "".join(f"--x\n{part}\n" for part in parts)
    draft = draft_of_document(
        read_document(mail(f"{body}--x--", "multipart/mixed; boundary=x"), "a")
    )
    assert (draft.title, draft.stories[0].heading) == ("Own title", "S")


def test_plain_text_of_a_mail():
    document = read_document(mail(PLAIN, "text/plain; charset=nonsense", subject="Re: Tides"), "a")
    draft = draft_of_document(document)
    assert (draft.title, str(draft.date)) == ("Tides", "2026-06-02")
    assert [story.heading for story in draft.stories] == ["Low water came early"]


def test_date_within_the_text_of_a_mail_goes_before_that_of_its_header():
    data = mail("<h1>T</h1><p>June 1, 2026</p><h2>S</h2><p>x", "text/html")
    assert str(draft_of_document(read_document(data, "a.eml")).date) == "2026-06-01"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (mail("", "multipart/mixed; boundary=x"), "mail without text"),
        (mail("x", "text/plain" + ";" * 3000), "too many parts"),
        (
            mail("Content-Type: multipart/mixed; boundary=y\n\n" * 30, "text/plain"),
            "too many parts",
        ),
        (mail("\n" * 200_001, "text/plain"), "more than 200,000 lines"),
        (mail(json.dumps({"a": 1}), "text/plain"), "It is JSON"),
    ],
    ids=["empty", "long header", "nested", "lines", "json"],
)
def test_mail_that_cannot_be_read_is_rejected_in_one_line(data, message):
    with pytest.raises(DocumentError, match=message):
        read_document(data, "a.eml")


@pytest.mark.parametrize(
    "text",
    ["From the quay: a letter\n\nText goes on.", "From: the quay\n\nText.", "To: all\nFrom: me"],
)
def test_text_that_begins_like_a_mail_is_no_mail(text):
    assert read_document(text.encode(), "a.txt").text == text


DATA = {
    "an object": '{"posts": [{"title": "Tides"}]}',
    "an array": '[\n  {"title": "Tides"}\n]',
    "one object per line": '{"title": "Tides"}\n{"title": "Ebb"}\n',
    "a feed": "<?xml version='1.0'?>\n<!-- made -->\n<rss><channel>Tides</channel></rss>",
    "XML without a declaration": "<issue><title>Tides</title></issue>",
    "a table": 'title,date,text\nTides,2026-06-02,"Low, early"\nEbb,2026-06-03,Late\n',
    "a table of tabs": "title\tdate\ttext\nTides\t2026-06-02\tx\nEbb\t2026-06-03\ty\n",
    "a calendar": "BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n",
    "TeX": "% made\n\\documentclass{article}\n\\begin{document}Tides\\end{document}",
}


@pytest.mark.parametrize("name", ["a.txt", "a.md", "export"])
@pytest.mark.parametrize("kind", DATA)
def test_data_of_a_program_is_rejected_in_one_line(kind, name):
    with pytest.raises(DocumentError, match=r"^It is [^\n]*data of a program") as caught:
        read_document(DATA[kind].encode(), name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "[Tides](https://e.org/) came early.\n\nText goes on.",
        "[1]\n\nA note.",
        '{"a": 1} is JSON.\n\n## Heading\n\nText.',
        "Tides, ebb, and boats.\nLow, high, and slack.\nOne, two, and three.",
        "<b>Low water</b>\n\nText, <i>really</i>",
        "One; two\nThree; four\nFive; six",
    ],
)
def test_text_that_looks_like_data_is_read(text):
    assert draft_of(text, "a.md").body()
