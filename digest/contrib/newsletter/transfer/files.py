"""Read uploaded files: CSV in the encodings of spreadsheets, alone or in Mailchimp's archive."""

import codecs
import csv
import gzip
import re
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO, TextIOWrapper
from pathlib import PurePosixPath
from typing import IO, Any, NamedTuple
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from django.utils.translation import gettext as _

MAX_BYTES = 50 * 1024 * 1024
MAX_ENTRIES = 20
MAX_COLUMNS = 200
MAX_ROW = 1_000_000  # characters: each may be a cell, which takes a hundred times as much memory
CHUNK = 64 * 1024
DELIMITERS = ",;\t"
ZIP_MAGIC = b"PK\x03\x04"
FALLBACK_ENCODING = "cp1252"
MAILCHIMP_NAME = re.compile(r"(subscribed|unsubscribed|cleaned|nonsubscribed)_.*\.csv", re.I)
# Those who have left first, so that a line about the same address comes too late to add it.
ORDER = ("cleaned", "unsubscribed", "subscribed", "nonsubscribed")
# The last one is that of a file's name; contents are decoded with errors replaced.
DAMAGED = (
    *(BadZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error),
    UnicodeDecodeError,
)


class ImportFileError(ValueError):
    """The file cannot be imported; the message says why."""


class Row(NamedTuple):
    """The cells of a row, and the line at which it begins."""

    line: int
    cells: list[str]


class Part(NamedTuple):
    """A CSV file; ``name`` is that of its kind in Mailchimp's archive, or empty."""

    name: str
    open: Callable[[], IO[bytes]]


def compress(file: IO[bytes]) -> bytes:
    """Return an uploaded file as it is stored; raise ImportFileError if it cannot be read."""
    start = file.read(len(ZIP_MAGIC))
    file.seek(0)
    output = BytesIO()
    if start == ZIP_MAGIC:
        _copy(file, output)
    else:
        with gzip.GzipFile(fileobj=output, mode="wb", compresslevel=6, mtime=0) as compressed:
            _copy(file, compressed)
    data = output.getvalue()
    for part in parts(data):
        encoding_of(part)
    return data


def _copy(file: IO[bytes], output: Any) -> None:
    size = 0
    while chunk := file.read(CHUNK):
        size += len(chunk)
        if size > MAX_BYTES:
            raise _too_large()
        output.write(chunk)
    if not size:
        raise ImportFileError(_("This file is empty."))


def _too_large() -> ImportFileError:
    return ImportFileError(_("This file is too large: at most 50 MB, uncompressed."))


def kind_of(name: str) -> str:
    """Return the kind of a file that Mailchimp has named, such as "cleaned", or an empty string."""
    match = MAILCHIMP_NAME.fullmatch(PurePosixPath(name).name)
    return match[1].lower() if match else ""


def parts(data: bytes) -> list[Part]:
    """Return the CSV files of a stored file."""
    if not data.startswith(ZIP_MAGIC):
        return [Part("", lambda: gzip.GzipFile(fileobj=BytesIO(data)))]
    try:
        archive = ZipFile(BytesIO(data))
    except DAMAGED as error:
        raise ImportFileError(_("This archive is damaged.")) from error
    entries = [(kind_of(entry.filename), entry) for entry in _checked(archive)]
    found = [Part(kind, _opener(archive, entry)) for kind, entry in entries if kind]
    if not found:
        raise ImportFileError(
            _("This archive has none of Mailchimp's files. Unpack it, and choose the CSV file.")
        )
    return sorted(found, key=lambda part: ORDER.index(part.name))


def _checked(archive: ZipFile) -> list[ZipInfo]:
    """Return the files of an archive; reject what no export has."""
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    names = [PurePosixPath(entry.filename) for entry in entries]
    if any(str(name).startswith("xl/") for name in names):
        raise ImportFileError(_("This is a workbook. Save it as CSV, and choose that file."))
    if any(name.is_absolute() or ".." in name.parts for name in names):
        raise ImportFileError(_("This archive has files outside of its folder."))
    if any(name.suffix.lower() == ".zip" for name in names):
        raise ImportFileError(_("This archive has another archive in it. Unpack it first."))
    # The other types raise errors of their own, and nobody uses them.
    if any(entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for entry in entries):
        raise ImportFileError(_("This archive is of a rare type. Unpack it first."))
    if any(entry.flag_bits & 1 for entry in entries):
        raise ImportFileError(_("This archive has a password. Unpack it first."))
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_BYTES:
        raise _too_large()
    # Those that macOS adds to an archive.
    return [entry for entry in entries if "__MACOSX" not in entry.filename]


def _opener(archive: ZipFile, entry: ZipInfo) -> Callable[[], IO[bytes]]:
    return lambda: archive.open(entry)


def encoding_of(part: Part) -> str:
    """Return the encoding: that of the byte order mark, UTF-8, or else what old spreadsheets use.

    Raise ImportFileError if it is no text.
    """
    try:
        with part.open() as file:
            return _encoding(file)
    except DAMAGED as error:
        raise ImportFileError(_("This archive is damaged.")) from error


def _encoding(file: IO[bytes]) -> str:
    chunk = file.read(CHUNK)
    if chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in chunk:
        raise ImportFileError(_("This is no text file. Choose a CSV file or Mailchimp's archive."))
    decoder, encoding = codecs.getincrementaldecoder("utf-8")(), "utf-8-sig"
    while chunk:
        following = file.read(CHUNK)
        if encoding == "utf-8-sig":
            try:
                decoder.decode(chunk, final=not following)
            except UnicodeDecodeError:
                encoding = FALLBACK_ENCODING
        chunk = following
    return encoding


def rows(part: Part) -> Iterator[Row]:
    """Yield the rows of a file that are not empty; raise ImportFileError."""
    encoding = encoding_of(part)
    delimiter = _delimiter(part, encoding)
    with part.open() as file:
        text = TextIOWrapper(file, encoding, errors="replace", newline="")
        line, length = 1, 0

        def lines() -> Iterator[str]:
            nonlocal length
            while read := text.readline(MAX_ROW + 1):
                length += len(read)
                if length > MAX_ROW:
                    raise ImportFileError(_("Line %(number)d is too long.") % {"number": line})
                yield read

        reader = csv.reader(lines(), delimiter=delimiter)
        try:
            for cells in reader:
                _check_columns(line, cells)
                if any(cells):
                    yield Row(line, cells)
                line, length = reader.line_num + 1, 0
        except csv.Error as error:
            message = _("Line %(number)d cannot be read: is a quotation mark missing?")
            raise ImportFileError(message % {"number": line}) from error


def _check_columns(line: int, cells: list[str]) -> None:
    if len(cells) > MAX_COLUMNS:
        message = _("Line %(line)d has %(number)d columns; there can be %(max)d.")
        raise ImportFileError(message % {"line": line, "number": len(cells), "max": MAX_COLUMNS})


def _delimiter(part: Part, encoding: str) -> str:
    """Return the one that parts the first line into the most columns."""
    with part.open() as file:
        text = TextIOWrapper(file, encoding, errors="replace", newline="")
        start = text.readline(CHUNK)
    try:
        counts = {each: len(next(csv.reader([start], delimiter=each), [])) for each in DELIMITERS}
    except csv.Error:
        return DELIMITERS[0]
    return max(counts, key=counts.__getitem__)


def first_row(part: Part) -> list[str]:
    """Return the cells of the first row; raise ImportFileError if there is none."""
    row = next(rows(part), None)
    if row is None:
        raise ImportFileError(_("This file is empty."))
    return row.cells
