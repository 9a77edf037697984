"""Word files (.docx): looked over before anything is unpacked, then turned into HTML by mammoth.

A .docx is a zip archive of XML, and both can be made to fill a machine: the sizes that an archive
claims are not believed, and XML with a document type or without bottom is refused. What mammoth
gets is a new archive of the few parts that it reads; pictures are never unpacked.
"""

import io
import re
import zlib
from typing import Any
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import mammoth
from mammoth.documents import Hyperlink, NoteReference

from digest.importing.errors import DocumentError

ZIP_START = b"PK\x03\x04"
MAX_MEMBERS = 2000
MAX_UNPACKED = 4_000_000
MAX_RATIO, FREE_OF_RATIO = 100, 1_000_000
MAX_ELEMENTS = 30_000
MAX_DEPTH = 100
MAX_SHARED_VALUE = 2500
MAX_ADDRESSES = 4_000_000
MAX_FIELDS_BY_LENGTH = 100_000_000
ENCRYPTED = 0x1
# Notes at the foot of a page say where something is from; mammoth puts them at the end.
NOTES_LIST = re.compile(r'(<ol><li id="(?:foot|end)note-[^"]*">)')
BACK_TO_TEXT = re.compile(r'<a href="#(?:foot|end)note-ref-[^"]*">[^<]*</a>')
MAIN_PART = "word/document.xml"
NOTES = ("word/footnotes.xml", "word/endnotes.xml")
PARTS = {
    "[Content_Types].xml",
    "word/_rels/document.xml.rels",
    "word/_rels/footnotes.xml.rels",
    "word/_rels/endnotes.xml.rels",
    "word/numbering.xml",
    "word/styles.xml",
    MAIN_PART,
    *NOTES,
}
# What stands in these once is taken each time that a text refers to it.
SHARED = PARTS - {MAIN_PART, *NOTES, "word/numbering.xml"}
# One level down, so that the style "Title" stands above all headings.
STYLES = "\n".join(
    ["p[style-name='Title'] => h1:fresh", "p[style-name='Subtitle'] => p:fresh"]
    + [
        f"p[style-name='{heading} {level}'] => h{min(level + 1, 6)}:fresh"
        for heading in ("Heading", "heading")
        for level in range(1, 7)
    ]
)


def word_to_html(data: bytes) -> str:
    """The text of a Word file as HTML, each picture as an ``<img>`` without address."""
    try:
        package = repacked(data)
        picture = mammoth.images.img_element(lambda image: {})
        html = mammoth.convert_to_html(
            package, refuse_multiplied, style_map=STYLES, convert_image=picture
        ).value
        return NOTES_LIST.sub(r"<h1>Sources</h1>\1", BACK_TO_TEXT.sub("", html))
    except DocumentError:
        raise
    except RecursionError:
        raise too_deep() from None
    except Exception as error:  # a broken file breaks a library in any way it likes
        raise DocumentError(
            f"It is a broken Word file ({type(error).__name__}): open it in Word and save it again."
        ) from error


def repacked(data: bytes) -> io.BytesIO:
    """The parts that matter, looked over, in an archive without anything else."""
    package, left = io.BytesIO(), MAX_UNPACKED
    check = XmlCheck()
    with open_archive(data) as archive, ZipFile(package, "w") as clean:
        for member in checked_members(archive):
            content = read_member(archive, member, left)
            left -= len(content)
            check.look_over(content, shared=member.filename in SHARED)
            clean.writestr(member.filename, content)
    return package


def open_archive(data: bytes) -> ZipFile:
    """The archive, or a clear line on what is wrong with it."""
    try:
        return ZipFile(io.BytesIO(data))
    except (BadZipFile, ValueError, NotImplementedError, EOFError, OSError):
        raise DocumentError("It is a damaged zip or Word file: save it again.") from None


def checked_members(archive: ZipFile) -> list[ZipInfo]:
    """The members to read, after a look at all of them."""
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise DocumentError(f"It is no usual Word file: more than {MAX_MEMBERS} files are in it.")
    names = [member.filename for member in members]
    if MAIN_PART not in names:
        raise DocumentError(
            f"It is a zip or LibreOffice file, not a Word file ({MAIN_PART} is missing): "
            "save it as .docx."
        )
    if len(set(names)) < len(names):
        raise DocumentError("It is no usual Word file: two files in it have the same name.")
    if any(member.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for member in members):
        raise DocumentError("It is no usual Word file: it is packed in an unknown way.")
    if any(member.flag_bits & ENCRYPTED for member in members):
        raise DocumentError("It is protected by a password: save it without one.")
    return [member for member in members if member.filename in PARTS]


def read_member(archive: ZipFile, member: ZipInfo, left: int) -> bytes:
    """Unpack a member, up to what is left of the limit, whatever size it claims to have."""
    try:
        with archive.open(member) as file:
            content = file.read(left + 1)
    except (BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, RuntimeError):
        raise DocumentError("It is a damaged Word file: save it again.") from None
    if len(content) > left:
        raise DocumentError(
            f"It is too large when unpacked: more than {MAX_UNPACKED // 1_000_000} MB of text."
        )
    if len(content) > FREE_OF_RATIO + member.compress_size * MAX_RATIO:
        raise DocumentError("It is no usual Word file: it unpacks to far more than it holds.")
    return content


def too_deep() -> DocumentError:
    """What is said of elements within elements without end."""
    return DocumentError("It is no usual Word file: its text is nested too deeply.")


def refuse_multiplied(document: Any) -> Any:
    """Pass on what mammoth read, unless its HTML would be far longer than the file.

    Each reference to a note writes the note, each link its address, which may stand there once.
    """
    waiting, notes, length = [document], set(), 0
    while waiting:
        element = waiting.pop()
        waiting += getattr(element, "children", ())
        if isinstance(element, NoteReference):
            key = element.note_type, element.note_id
            if key in notes:
                raise DocumentError("It is no usual Word file: it refers to a note twice.")
            notes.add(key)
            waiting += document.notes.resolve(element).body
        elif isinstance(element, Hyperlink):
            length += len(element.href or element.anchor or "")
    if length > MAX_ADDRESSES:
        raise DocumentError("It is no usual Word file: the addresses of its links are too long.")
    return document


class XmlCheck:
    """Goes through the XML of a file once and builds nothing."""

    def __init__(self) -> None:
        self.elements = self.depth = self.fields = 0
        self.shared = False
        self.in_code = self.code_length = self.field_marks = 0

    def look_over(self, content: bytes, *, shared: bool = False) -> None:
        """Refuse a document type (and with it entities), XML without bottom or end, and bombs."""
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = self.refuse_doctype
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text
        self.shared, self.depth, self.fields = shared, 0, 0
        self.in_code = self.code_length = self.field_marks = 0
        try:
            parser.Parse(content, True)
        except expat.ExpatError as error:
            raise DocumentError(f"It is a broken Word file: its XML is bad ({error}).") from None
        # At each mark of a field mammoth may take all code so far for an address, anew.
        if self.code_length * self.field_marks > MAX_FIELDS_BY_LENGTH:
            raise DocumentError("It is no usual Word file: the code of its fields is too long.")

    def refuse_doctype(self, *args: object) -> None:
        """No Word file has a document type; those that do are made to harm."""
        raise DocumentError("It is no usual Word file: its XML declares entities.")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Count an element, its depth, and that of fields, which open and close as elements."""
        self.depth += 1
        self.elements += 1
        self.in_code += name.endswith("instrText")
        if self.shared and any(len(value) > MAX_SHARED_VALUE for value in attributes.values()):
            raise DocumentError("It is no usual Word file: an address or a name in it is too long.")
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
        """Go up again."""
        self.depth -= 1
        self.in_code -= name.endswith("instrText")

    def text(self, text: str) -> None:
        """Count the code of fields."""
        self.code_length += len(text) * bool(self.in_code)
