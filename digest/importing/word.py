"""Check Word files (.docx) before decompressing them, and convert them to HTML with mammoth.

A .docx is a zip archive of XML, and both allow decompression and expansion bombs. Declared sizes
are not trusted, and XML with a document type or excessive nesting is rejected. mammoth gets a new
archive with only the parts it reads; in place of an image that has its name, with which an image
that is shown is read from the file.
"""

import io
import zlib
from collections import Counter
from typing import Any
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import mammoth
from mammoth.documents import Hyperlink, NoteReference

from digest.importing.errors import DocumentError
from digest.importing.images import MAX_BYTES, DocumentImage, Find
from digest.importing.word_markup import QUOTE_STYLES, WordStyles, prepare

ZIP_START = b"PK\x03\x04"
MAX_MEMBERS = 2000
MAX_DECOMPRESSED = 4_000_000
MAX_RATIO, RATIO_FREE_BYTES = 100, 1_000_000
MAX_ELEMENTS = 30_000
MAX_DEPTH = 100
MAX_SHARED_VALUE = 2500
MAX_TOTAL_URL_LENGTH = 4_000_000
MAX_FIELDS_BY_LENGTH = 100_000_000
ENCRYPTED = 0x1
MAIN_PART, STYLES_PART = "word/document.xml", "word/styles.xml"
MEDIA = "media/"  # of word/, or at the root
NOTES = ("word/footnotes.xml", "word/endnotes.xml")
PARTS = {
    "[Content_Types].xml",
    "word/_rels/document.xml.rels",
    "word/_rels/footnotes.xml.rels",
    "word/_rels/endnotes.xml.rels",
    "word/numbering.xml",
    STYLES_PART,
    MAIN_PART,
    *NOTES,
}
# Content of these is repeated for each reference in the text.
SHARED = PARTS - {MAIN_PART, *NOTES, "word/numbering.xml"}
# One level down, so that the style "Title" ranks above all headings.
STYLES = "\n".join(
    ["p[style-name='Title'] => h1:fresh", "p[style-name='Subtitle'] => p:fresh"]
    + [
        f"p[style-name='{heading} {level}'] => h{min(level + 1, 6)}:fresh"
        for heading in ("Heading", "heading")
        for level in range(1, 7)
    ]
    + [f"p[style-name='{name}'] => blockquote > p:fresh" for name in QUOTE_STYLES]
    + [f"p[style-name='{name}'] => p.caption:fresh" for name in ("caption", "Caption")]
)


def word_to_html(data: bytes) -> tuple[str, tuple[str, ...], Find]:
    """Return the text of a Word file as HTML, notes, and a function that reads its images."""
    try:
        package, left_out = stripped_archive(data)
        image_converter = mammoth.images.img_element(image_source)
        html = mammoth.convert_to_html(
            package, reject_multiplied, style_map=STYLES, convert_image=image_converter
        ).value
        notes = tuple(f"left out: {count} × {what}" for what, count in left_out.items() if count)
        return html, notes, lambda source: read_image(data, source)
    except DocumentError:
        raise
    except RecursionError:
        raise too_deep() from None
    except Exception as error:  # mammoth fails in many ways on broken files
        raise DocumentError(
            f"It is a broken Word file ({type(error).__name__}): open it in Word and save it again."
        ) from error


def image_source(image: Any) -> dict[str, str]:
    """Return the name of an image in the archive; none for one that is not in the file."""
    try:
        with image.open() as file:
            return {"src": file.read().decode()}
    except (KeyError, ValueError):  # mammoth opens no other files
        return {}


def read_image(data: bytes, name: str) -> DocumentImage | None:
    """Return an image of a Word file; empty if it is damaged or too large."""
    with open_archive(data) as archive:
        if not is_image(name) or name not in archive.namelist():
            return None
        try:
            with archive.open(name) as file:
                content = file.read(MAX_BYTES + 1)
        except (BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, RuntimeError):
            content = b""
    return DocumentImage(name, content)


def is_image(name: str) -> bool:
    return MEDIA in name and name not in PARTS


def stripped_archive(data: bytes) -> tuple[io.BytesIO, Counter[str]]:
    """Return an archive with only the parts that mammoth reads, checked and without hidden text.

    Returns also what was left out, and how often.
    """
    package, left_out = io.BytesIO(), Counter[str]()
    contents = checked_contents(data)
    styles = WordStyles.parse(contents.get(STYLES_PART, b""))
    with ZipFile(package, "w") as clean:
        for name, content in contents.items():
            if name in (MAIN_PART, *NOTES):
                content, found = prepare(content, styles)
                left_out += found
            clean.writestr(name, content)
    return package, left_out


def checked_contents(data: bytes) -> dict[str, bytes]:
    """Return the content of each part that mammoth reads, checked."""
    contents, left = {}, MAX_DECOMPRESSED
    xml = XmlCheck()
    with open_archive(data) as archive:
        for member in checked_members(archive):
            if is_image(member.filename):
                contents[member.filename] = member.filename.encode()
            if member.filename not in PARTS:
                continue
            content = read_member(archive, member, left)
            left -= len(content)
            xml.check(content, shared=member.filename in SHARED)
            contents[member.filename] = content
    return contents


def open_archive(data: bytes) -> ZipFile:
    """Open the archive; raises DocumentError if it is damaged."""
    try:
        return ZipFile(io.BytesIO(data))
    except (BadZipFile, ValueError, NotImplementedError, EOFError, OSError):
        raise DocumentError("It is a damaged zip or Word file: save it again.") from None


def checked_members(archive: ZipFile) -> list[ZipInfo]:
    """Check all members of the archive, and return them."""
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise DocumentError(
            f"It is not a normal Word file: it contains more than {MAX_MEMBERS} files."
        )
    names = [member.filename for member in members]
    if MAIN_PART not in names:
        raise DocumentError(
            f"It is a zip or LibreOffice file, not a Word file ({MAIN_PART} is missing): "
            "save it as .docx."
        )
    if len(set(names)) < len(names):
        raise DocumentError("It is not a normal Word file: two files in it have the same name.")
    if any(member.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for member in members):
        raise DocumentError("It is not a normal Word file: its compression method is unknown.")
    if any(member.flag_bits & ENCRYPTED for member in members):
        raise DocumentError("It is protected by a password: save it without one.")
    return members


def read_member(archive: ZipFile, member: ZipInfo, left: int) -> bytes:
    """Decompress a member up to the remaining limit, whatever size it declares."""
    try:
        with archive.open(member) as file:
            content = file.read(left + 1)
    except (BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, RuntimeError):
        raise DocumentError("It is a damaged Word file: save it again.") from None
    if len(content) > left:
        raise DocumentError(
            "It is too large when decompressed: more than "
            f"{MAX_DECOMPRESSED // 1_000_000} MB of text."
        )
    if len(content) > RATIO_FREE_BYTES + member.compress_size * MAX_RATIO:
        raise DocumentError(
            "It is not a normal Word file: it decompresses to far more than its size."
        )
    return content


def too_deep() -> DocumentError:
    return DocumentError("It is not a normal Word file: its text is nested too deeply.")


def reject_multiplied(document: Any) -> Any:
    """Return the document, or raise if its HTML would be much longer than the file.

    Each reference to a note writes the note, each link its URL, which the file may hold only once.
    """
    waiting, notes, length = [document], set(), 0
    while waiting:
        element = waiting.pop()
        waiting += getattr(element, "children", ())
        if isinstance(element, NoteReference):
            key = element.note_type, element.note_id
            if key in notes:
                raise DocumentError("It is not a normal Word file: it refers to a note twice.")
            notes.add(key)
            waiting += document.notes.resolve(element).body
        elif isinstance(element, Hyperlink):
            length += len(element.href or element.anchor or "")
    if length > MAX_TOTAL_URL_LENGTH:
        raise DocumentError("It is not a normal Word file: the URLs of its links are too long.")
    return document


class XmlCheck:
    """Checks the XML of a file in one pass without building a tree."""

    def __init__(self) -> None:
        self.elements = self.depth = self.fields = 0
        self.shared = False
        self.in_code = self.code_length = self.field_marks = 0

    def check(self, content: bytes, *, shared: bool = False) -> None:
        """Reject document types (and so entities), excessive nesting, malformed XML and bombs."""
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = self.reject_doctype
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text
        self.shared, self.depth, self.fields = shared, 0, 0
        self.in_code = self.code_length = self.field_marks = 0
        try:
            parser.Parse(content, True)
        except expat.ExpatError as error:
            raise DocumentError(f"It is a broken Word file: its XML is bad ({error}).") from None
        # At each field mark mammoth may parse all code so far for a URL again.
        if self.code_length * self.field_marks > MAX_FIELDS_BY_LENGTH:
            raise DocumentError("It is not a normal Word file: the code of its fields is too long.")

    def reject_doctype(self, *args: object) -> None:
        raise DocumentError("It is not a normal Word file: its XML declares entities.")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Count elements and their depth, and that of fields, which nest like elements."""
        self.depth += 1
        self.elements += 1
        self.in_code += name.endswith("instrText")
        if self.shared and any(len(value) > MAX_SHARED_VALUE for value in attributes.values()):
            raise DocumentError("It is not a normal Word file: a URL or a name in it is too long.")
        if name.endswith("fldChar"):
            self.field_marks += 1
            kind = next((v for n, v in attributes.items() if n.endswith("fldCharType")), "")
            self.fields += {"begin": 1, "end": -1}.get(kind, 0)
        if max(self.depth, self.fields) > MAX_DEPTH:
            raise too_deep()
        if self.elements > MAX_ELEMENTS:
            raise DocumentError(
                f"It is too large: more than {MAX_ELEMENTS} pieces of text and formatting."
            )

    def end(self, name: str) -> None:
        self.depth -= 1
        self.in_code -= name.endswith("instrText")

    def text(self, text: str) -> None:
        """Count the length of field codes."""
        self.code_length += len(text) * bool(self.in_code)
