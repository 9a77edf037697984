"""Leave out the header of a forwarded mail, and what its forwarder wrote above it."""

import re
from collections.abc import Sequence

from digest.importing.recognition import EMAIL

FORWARD_NOTE = "lines of a forwarded mail (its header, and what is above it)"
# Mail programs write a line in their language; the header lines below it decide.
MARK = re.compile(
    r"\W*-{3,}\s*[^\W\d_][^-\n]{4,60}?\s*-{3,}\W*|(?:begin|start of) forwarded message\s*:?"
    r"|(?:anfang|début|inicio|inizio)\b.{5,50}:|_{20,}",
    re.IGNORECASE,
)
HEADER = re.compile(r"\W*(?P<name>[^\W\d_][\w .-]{1,20}?)\*?\s?:\**\s*(?P<value>.*)")
SUBJECT = re.compile(
    r"subject|betreff|objet|asunto|oggetto|onderwerp|assunto|[äa]mne|emne|temat", re.I
)
MIN_HEADERS, MAX_HEADERS, MAX_BLANK = 3, 10, 2


def find_forward(lines: Sequence[str]) -> tuple[int, str]:
    """Return the number of lines up to the end of the header of a forwarded mail, and its subject.

    The header is at least three lines of ``Name: value`` below a line that says so, one of them a
    subject and one with an address. Without it, or with more text above than below it, return 0.
    """
    found = (0, "")
    size = sum(map(len, lines))
    for number, line in enumerate(lines):
        if len(line) <= 100 and MARK.fullmatch(line.strip()) and number >= found[0]:
            count, subject = read_header(lines[number + 1 : number + 1 + MAX_HEADERS + MAX_BLANK])
            if count and 2 * sum(map(len, lines[:number])) < size:
                found = (number + 1 + count, subject)
    return found


def read_header(lines: Sequence[str]) -> tuple[int, str]:
    """Return the number of lines that are a header at the start, and the subject in it."""
    end, subject, has_address, headers = 0, "", False, 0
    for number, line in enumerate(lines, 1):
        text = line.strip(" \t>|")
        header = HEADER.fullmatch(text)
        if text and not header:
            break
        if header:
            end, headers = number, headers + 1
            has_address = has_address or bool(EMAIL.search(text))
            subject = header["value"] if SUBJECT.fullmatch(header["name"]) else subject
        elif headers:
            break
    return (end, subject) if headers >= MIN_HEADERS and subject and has_address else (0, "")
