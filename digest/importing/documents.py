"""Read files and uploads into documents.

Every error is a ``DocumentError`` with a message for the editor. Line numbers are those of the
file, so that a report can point into it. HTML and Word files become one block per line
(``html.cleaner``), and the blocks are counted.
"""

import codecs
import re
import stat
from collections import Counter
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from django.utils.html import escape

from digest.importing.errors import DocumentError
from digest.importing.formats import data_format
from digest.importing.forwarded import FORWARD_NOTE, find_forward
from digest.importing.html.cleaner import clean_html
from digest.importing.images import DocumentImage, Figure, Find, ImageReader, in_web_page
from digest.importing.mail import Mail, is_mail, read_mail
from digest.importing.mail_frame import without_frame
from digest.importing.recognition import read_metadata
from digest.importing.rich_text import bare_text
from digest.importing.word import ZIP_START, word_to_html

MAX_BYTES = 1_000_000
MAX_HTML_BYTES = 3_000_000  # most of a saved page is markup; images in it are not counted
MAX_WORD_BYTES = 10_000_000  # images included
HTML_SUFFIXES = {".html", ".htm", ".xhtml"}
MARKDOWN_SUFFIXES = {".md", ".markdown", ".mdown", ".mkd"}

# UTF-32 goes first: its little-endian mark starts with that of UTF-16.
ENCODINGS = [
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]
WEB_ARCHIVE = b"From: <Saved by"
FOREIGN_FORMATS = {
    b"%PDF": "a PDF file",
    b"{\\rtf": "a rich text (RTF) file",
    b"\xd0\xcf\x11\xe0": "an old or protected Word file",
    WEB_ARCHIVE: "a web archive (MHTML)",
}
MAX_HEAD_BLOCKS = 10
REPLY = re.compile(r"(?:(?:re|fwd?|aw|wg)\s*:\s*)+", re.IGNORECASE)
CONTROL_BYTES = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b"))
HTML_START = re.compile(r"\s*(?:<!doctype html|<html[\s>])", re.IGNORECASE)
# Python splits lines at these, editors do not count them: replace them with spaces.
LINE_SEPARATORS = re.compile("[\v\f\x1c-\x1e\x85\u2028\u2029]")
# Control characters, zero-width characters, bidi overrides, surrogates, noncharacters.
UNPRINTABLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u200b\u2060\u202a-\u202e\u2066-\u2069"
    "\ud800-\udfff\ufeff\ufffe\uffff]"
)
FRONT_MATTER_START = re.compile(
    r"\s*(?:---[ \t]*\n[ \t]*[\w-]+[ \t]*:|\+\+\+[ \t]*\n[ \t]*[\w-]+[ \t]*=)"
)
STORY_HEADING = re.compile(r"^##{1,5}[ \t]+\S", re.MULTILINE)
# An image within a web page, which is read like one in a file.
DATA_IMAGE = re.compile(rb"data:image/[\w.+;=-]{1,100},[\w+/=%\s-]*")
# The charset that a page declares, and the ones that are accepted.
CHARSET = re.compile(rb"<meta[^>]{1,200}?charset\s*=\s*[\"']?\s*([\w-]{1,40})", re.IGNORECASE)
OLD_ENCODINGS = re.compile(
    r"iso-?8859-\d+|windows-125\d|cp125\d|koi8-[ru]|shift_jis|euc-(?:jp|kr)|gb(?:k|2312|18030)|big5",
    re.IGNORECASE,
)


class Format(StrEnum):
    """Formats of document text. Word files are converted to HTML."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"


@dataclass(frozen=True)
class Document:
    """A readable document; its text has ``\\n`` line ends."""

    name: str
    text: str
    format: Format
    notes: tuple[str, ...] = ()
    images: dict[int, DocumentImage] = field(default_factory=dict)

    @property
    def unit(self) -> str:
        """Return what a line is called in reports."""
        return "block" if self.format is Format.HTML else "line"


def open_document(path: str | Path) -> Document:
    """Read a document from a file; raises DocumentError."""
    try:
        if not stat.S_ISREG(Path(path).stat().st_mode):
            raise DocumentError(
                "It is not a file." if not Path(path).is_dir() else "It is a folder."
            )
        with Path(path).open("rb") as file:
            data = file.read(MAX_WORD_BYTES + 1)
    except FileNotFoundError:
        raise DocumentError("There is no such file.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DocumentError(f"It cannot be read: {reason}.") from None
    return read_document(data, Path(path).name)


def read_document(data: bytes, name: str) -> Document:
    """Read a document from bytes, such as an upload; raises DocumentError."""
    if data.startswith(ZIP_START):
        check_size(data, MAX_WORD_BYTES)
        html, notes, find_image = word_to_html(data)
        return html_document(html, name, notes, find_image)
    if is_mail(data) and not data.startswith(WEB_ARCHIVE):
        check_size(data, MAX_WORD_BYTES)
        return mail_document(read_mail(data), name)
    check_size(data, MAX_WORD_BYTES)
    check_size(DATA_IMAGE.sub(b"", data), MAX_HTML_BYTES)
    text = decode(data)
    if Path(name).suffix.lower() == ".docx":
        raise DocumentError(
            "It is not a Word file, although its name ends in .docx: save it again."
        )
    if Path(name).suffix.lower() in HTML_SUFFIXES or HTML_START.match(text):
        return html_document(text, name)
    return text_document(text, name)


def text_document(text: str, name: str) -> Document:
    """Return copied text or Markdown as a document."""
    check_size(text.encode(), MAX_BYTES)
    text, notes = strip_unprintable(text)
    check_text(text)
    if data := data_format(text):
        raise DocumentError(
            f"It is {data}, data of a program: save its text as .docx, HTML, Markdown or .txt."
        )
    text, left_out = without_frame(text)
    form = Format.MARKDOWN if is_markdown(text, name) else Format.TEXT
    return without_forward(Document(name, text, form, (*notes, *left_out)))


def without_forward(document: Document) -> Document:
    """Return a document without the header of a forwarded mail; its subject becomes the title."""
    is_html = document.format is Format.HTML
    blocks = document.text.split("\n")
    pieces = [block.split("<br/>") if is_html else [block] for block in blocks]
    count, subject = find_forward([bare_text(p) if is_html else p for ps in pieces for p in ps])
    if not count:
        return document
    title = title_line(REPLY.sub("", subject), document.format).strip()
    rest = html_after_lines(pieces, count) if is_html else blocks[count:]
    start = [] if is_html else [""] * (count - 1)  # so that the lines keep their numbers
    titled = any(block.startswith(("<h1>", "# ")) for block in rest)
    start += [] if titled and is_html else ["" if titled else title]
    note = f"left out: {count} × {FORWARD_NOTE}"
    return replace(document, text="\n".join(start + rest), notes=(*document.notes, note))


def html_after_lines(blocks: list[list[str]], count: int) -> list[str]:
    """Return the blocks after the first lines; a block that goes on becomes a paragraph."""
    rest = []
    for lines in blocks:
        kept = lines[max(count, 0) :]
        if kept and count > 0:
            kept[0] = f"<p>{kept[0]}"
        rest += ["<br/>".join(kept)] if kept else []
        count -= len(lines)
    return rest


def mail_document(mail: Mail, name: str) -> Document:
    """Return a mail as a document, with its subject as title and its date if the text has none."""
    text = mail.text.replace("\r\n", "\n")
    if mail.is_html:
        document = html_document(text, name, find_image=mail.find_image)
    else:
        document = text_document(text, name)
    blocks = document.text.split("\n")
    is_html = document.format is Format.HTML
    words = [bare_text(block) if is_html else block for block in blocks]
    head = []
    forwarded = any(FORWARD_NOTE in note for note in document.notes)  # has its title
    titled = any(block.startswith(("<h1>", "# ", "---")) for block in blocks)
    if mail.subject and not forwarded and not titled:
        head = [title_line(REPLY.sub("", mail.subject), document.format)]
    if mail.day and not any(read_metadata(text, (0, 0))[0] for text in words[:MAX_HEAD_BLOCKS]):
        head += [f"<p>{mail.day}</p>"] if is_html else [str(mail.day), ""]
    place = next((n for n, block in enumerate(blocks, 1) if block.startswith("<h1>")), 0)
    blocks[place:place] = head
    return replace(document, text="\n".join(blocks))


def title_line(title: str, form: Format) -> str:
    """Return the line of a title."""
    if form is Format.HTML:
        return f"<h1>{escape(title)}</h1>"
    return f"# {title}\n" if form is Format.MARKDOWN else f"{title}\n"


def html_document(
    html: str, name: str, notes: tuple[str, ...] = (), find_image: Find = in_web_page
) -> Document:
    """Clean HTML and return it as a document, with its images and the notes so far."""
    reader = ImageReader(find_image)
    text, left_out = clean_html(html, reader)
    text, removed = strip_unprintable(text)
    check_text(text)
    notes = (*removed, *notes, *left_out)
    document = without_forward(Document(name, text, Format.HTML, notes))
    return replace(document, images=shown_images(document.text, reader.images))


def shown_images(text: str, images: dict[int, DocumentImage]) -> dict[int, DocumentImage]:
    """Return the images that a cleaned text shows."""
    shown = {figure.number for line in text.split("\n") if (figure := Figure.parse(line))}
    return {number: image for number, image in images.items() if number in shown}


def check_size(data: bytes, limit: int) -> None:
    if len(data) > limit:
        raise DocumentError(f"It is too large: more than {limit // 1000} kB.")


def check_text(text: str) -> None:
    """Reject a text that is empty or too large."""
    if not text.strip():
        raise DocumentError("It is empty.")
    check_size(text.encode(), MAX_BYTES)


def decode(data: bytes) -> str:
    """Decode bytes to text with ``\\n`` line ends.

    The encoding is that of the byte order mark, UTF-8, or the one declared by the HTML.
    """
    encoding = next((e for mark, e in ENCODINGS if data.startswith(mark)), "utf-8")
    foreign = next(
        (what for magic, what in FOREIGN_FORMATS.items() if data.startswith(magic)), None
    )
    if foreign:
        raise DocumentError(f"It is {foreign}: save it as .docx, HTML, or plain text in UTF-8.")
    if encoding.startswith("utf-8") and is_binary(data):
        raise DocumentError("It is a binary file, not text.")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        text = decode_as_declared(data)
        if text is None:
            line = data.count(b"\n", 0, error.start) + 1
            raise DocumentError(
                f"It is not valid {encoding.removesuffix('-sig').upper()} (line {line}): "
                "save it as plain text in UTF-8."
            ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def decode_as_declared(data: bytes) -> str | None:
    """Decode HTML in the legacy encoding it declares; None if it declares none."""
    declared = CHARSET.search(data[:5000])
    name = declared[1].decode("ascii") if declared else ""
    if not OLD_ENCODINGS.fullmatch(name):
        return None
    try:
        return data.decode("windows-1252" if name.lower() == "iso-8859-1" else name)
    except (UnicodeDecodeError, LookupError):
        return None


def is_binary(data: bytes) -> bool:
    """Return whether more than 5 % of the bytes are control characters."""
    return len(data.translate(None, CONTROL_BYTES)) < len(data) * 0.95


def strip_unprintable(text: str) -> tuple[str, tuple[str, ...]]:
    """Remove invisible characters; return the text and a note about them."""
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
    """Detect Markdown by file name, front matter or a heading below ``#``."""
    if Path(name).suffix.lower() in MARKDOWN_SUFFIXES:
        return True
    return bool(FRONT_MATTER_START.match(text) or STORY_HEADING.search(text))
