"""Test that the header of a forwarded mail and the words above it are left out."""

import json

import pytest

from digest.importing import read_document
from tests.importing.conftest import draft_of_document
from tests.importing.test_mail import mail

NAMES = "From: Tide Office <tide@example.org>|Sent: May 4|To: al@example.com|Subject: Tides of May"
GERMAN = (
    "Von: Tide Office <tide@example.org>|Datum: 4. Mai|An: al@example.com|Betreff: Tides of May"
)
HEADERS = [
    ("---------- Forwarded message ---------", NAMES),
    ("Begin forwarded message:", NAMES),
    ("-----Original Message-----", NAMES),
    ("---------- Weitergeleitete Nachricht ---------", GERMAN),
]
TEXT = "The water was low all day, and the boats had to wait. " * 4
ABOVE = "Only for you, Al: my number is 555-0107."


@pytest.mark.parametrize(("mark", "header"), HEADERS)
@pytest.mark.parametrize("kind", ["html", "one block", "text", "pasted"])
def test_header_of_a_forwarded_mail_is_left_out(mark, header, kind):
    lines = [ABOVE, "", mark, *header.split("|"), "", TEXT]
    escaped = [line.replace("<", "&lt;") for line in lines]
    if kind == "html":
        data = mail("".join(f"<p>{line}</p>" for line in escaped), "text/html", subject="Fwd: x")
    elif kind == "one block":
        block = "<br>".join(escaped[2:])
        data = mail(f"<p>{ABOVE}</p><div>{block}</div>", "text/html", subject="Fwd: x")
    else:
        text = "\n".join(lines)
        data = mail(text, "text/plain", subject="Fwd: x") if kind == "text" else text.encode()
    document = read_document(data, "a")
    draft = draft_of_document(document)
    kept = document.text + json.dumps(draft.body())
    assert draft.title == "Tides of May"
    assert "The water was low" in draft.summary_text
    assert not [word for word in ("555", "example", mark, "Al") if word in kept]
    assert any("lines of a forwarded mail" in note for note in document.notes)


@pytest.mark.parametrize(
    "text",
    [
        f"Tides\n\n{TEXT}\n\nBegin forwarded message:\n\nIt began so.",
        f"Tides\n\n{TEXT}{TEXT}\n\n---- Original Message ----\n"
        + NAMES.replace("|", "\n")
        + "\n\nx",
        f"Tides\n\nTime: noon\nPlace: quay\nSubject: boats\n\n{TEXT}",
    ],
)
def test_document_that_quotes_a_mail_stays(text):
    assert read_document(text.encode(), "a.txt").text == text
