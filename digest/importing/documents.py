"""Documents as they come: bytes in, readable text out, or one clear line that says why not.

Every error is a ``DocumentError`` whose message is written for the editor. Line numbers stay those
of the file, so that a report can point into it.
"""

import codecs
import re
import stat
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

MAX_BYTES = 1_000_000
MARKDOWN_SUFFIXES = {".md", ".markdown", ".mdown", ".mkd"}

# UTF-32 stands before UTF-16: its little-endian mark begins with that of UTF-16.
ENCODINGS = [
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]
FOREIGN_FORMATS = {
    b"%PDF": "a PDF file",
    b"PK\x03\x04": "a Word, LibreOffice or zip file",
    b"{\\rtf": "a rich text (RTF) file",
    b"\xd0\xcf\x11\xe0": "an old Word file",
}
CONTROL_BYTES = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b"))
HTML_START = re.compile(r"\s*(?:<!doctype html|<html[\s>])", re.IGNORECASE)
# What breaks a line for a program but has no line number in an editor becomes a space.
LINE_SEPARATORS = re.compile("[\v\f\x1c-\x1e\x85\u2028\u2029]")
# Control characters, invisible marks, overrides of the writing direction, noncharacters.
UNPRINTABLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u200b\u2060\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)
FRONT_MATTER_START = re.compile(r"\s*---[ \t]*\n[ \t]*[\w-]+[ \t]*:")
STORY_HEADING = re.compile(r"^##[ \t]+\S", re.MULTILINE)


class DocumentError(Exception):
    """The document cannot be read; the message says why in one line."""


@dataclass(frozen=True)
class Document:
    """A document that can be read: its name, its text with ``\\n`` line ends, and its format."""

    name: str
    text: str
    is_markdown: bool
    notes: tuple[str, ...] = ()


def open_document(path: str | Path) -> Document:
    """Read a document from a file; raises DocumentError."""
    try:
        if not stat.S_ISREG(Path(path).stat().st_mode):
            raise DocumentError(
                "It is not a file." if not Path(path).is_dir() else "It is a folder."
            )
        with Path(path).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise DocumentError("There is no such file.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DocumentError(f"It cannot be read: {reason}.") from None
    return read_document(data, Path(path).name)


def read_document(data: bytes, name: str) -> Document:
    """Read a document from its bytes, for example an upload; raises DocumentError."""
    if len(data) > MAX_BYTES:
        raise DocumentError(f"It is too large: more than {MAX_BYTES // 1000} kB.")
    text, notes = strip_unprintable(decode(data))
    if not text.strip():
        raise DocumentError("It is empty.")
    if HTML_START.match(text):
        raise DocumentError("It is an HTML page: copy its text into a file, or write Markdown.")
    return Document(name, text, is_markdown(text, name), notes)


def decode(data: bytes) -> str:
    """Bytes to text with ``\\n`` line ends: UTF-8, or what a byte order mark announces."""
    encoding = next((e for mark, e in ENCODINGS if data.startswith(mark)), "utf-8")
    foreign = next(
        (what for magic, what in FOREIGN_FORMATS.items() if data.startswith(magic)), None
    )
    if foreign:
        raise DocumentError(f"It is {foreign}: save it as plain text in UTF-8, or as Markdown.")
    if encoding.startswith("utf-8") and is_binary(data):
        raise DocumentError("It is a binary file, not text.")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DocumentError(
            f"It is not valid {encoding.removesuffix('-sig').upper()} (line {line}): "
            "save it as plain text in UTF-8."
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def is_binary(data: bytes) -> bool:
    """Whether more than one byte in twenty is a control character."""
    return len(data.translate(None, CONTROL_BYTES)) < len(data) * 0.95


def strip_unprintable(text: str) -> tuple[str, tuple[str, ...]]:
    """Take out what no reader can see, and say so."""
    found = Counter(UNPRINTABLE.findall(text)) + Counter(LINE_SEPARATORS.findall(text))
    if not found:
        return text, ()
    first = min(text.index(character) for character in found)
    names = ", ".join(f"U+{ord(character):04X}" for character in sorted(found))
    note = (
        f"{found.total()} invisible characters removed ({names}), "
        f"the first in line {text.count(chr(10), 0, first) + 1}"
    )
    return UNPRINTABLE.sub("", LINE_SEPARATORS.sub(" ", text)), (note,)


def is_markdown(text: str, name: str) -> bool:
    """Whether the name says so, or the text has front matter or a ``## heading``."""
    if Path(name).suffix.lower() in MARKDOWN_SUFFIXES:
        return True
    return bool(FRONT_MATTER_START.match(text) or STORY_HEADING.search(text))
