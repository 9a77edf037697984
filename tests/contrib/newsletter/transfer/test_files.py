"""Encodings, delimiters and archives; files that cannot be read get a clear error."""

import gzip
from io import BytesIO
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZipFile

import pytest

from digest.contrib.newsletter.transfer import files, formats
from digest.contrib.newsletter.transfer.files import ImportFileError, compress, parts, rows
from digest.contrib.newsletter.transfer.formats import escape, unescape
from tests.contrib.newsletter.transfer.uploads import mailchimp

TEXT = 'email{0}name\r\nann@example.org{0}"Müller\nund Töchter"\r\n\r\nbea@example.org{0}\r\n'


def stored(content):
    return compress(BytesIO(content))


def cells(content):
    return [tuple(row) for row in rows(parts(stored(content))[0])]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_files_of_spreadsheets_are_read(delimiter, encoding):
    assert cells(TEXT.format(delimiter).encode(encoding)) == [
        (1, ["email", "name"]),
        (2, ["ann@example.org", "Müller\nund Töchter"]),
        (5, ["bea@example.org", ""]),
    ]


def test_letter_that_is_cut_by_a_chunk_is_utf_8(monkeypatch):
    monkeypatch.setattr(files, "CHUNK", 3)
    data = "aaäaää,1".encode()
    assert files.encoding_of(parts(stored(data))[0]) == "utf-8-sig"


def zipped(compression=ZIP_DEFLATED, **entries):
    output = BytesIO()
    with ZipFile(output, "w", compression) as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("SLASH", "/").replace("DOT", "."), content)
    return output.getvalue()


CSV = mailchimp("ann@example.org")


def test_archive_has_those_who_left_first():
    data = zipped(subscribed_aDOTcsv=CSV, membersSLASHcleaned_aDOTcsv=CSV, __MACOSXSLASHxDOTcsv="")
    assert [part.name for part in parts(stored(data))] == ["cleaned", "subscribed"]


def encrypted():
    data = bytearray(zipped(subscribed_aDOTcsv=CSV))
    for start in (b"PK\x03\x04", b"PK\x01\x02"):
        at = data.index(start)
        data[at + (6 if start.endswith(b"\x04") else 8)] |= 1
    return bytes(data)


def damaged():
    data = bytearray(zipped(subscribed_aDOTcsv=CSV))
    data[60] ^= 255
    return bytes(data)


def with_damaged_name(times):
    """Return an archive in which a name is not UTF-8 where it is first, or everywhere."""
    return zipped(subscribed_äDOTcsv=CSV).replace("ä".encode(), b"\xc3\x28", times)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\r\n\r\n", "is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0", "no text file"),
        (gzip.compress(b"ann@example.org\n"), "no text file"),
        (b"PK\x03\x04", "damaged"),
        (damaged(), "damaged"),
        (encrypted(), "password"),
        (with_damaged_name(1), "damaged"),
        (with_damaged_name(2), "damaged"),
        (zipped(ZIP_LZMA, subscribed_aDOTcsv=CSV), "rare type"),
        (zipped(ZIP_BZIP2, subscribed_aDOTcsv=CSV), "rare type"),
        (zipped(**{f"subscribed_{n}DOTcsv": CSV for n in range(21)}), "50 MB"),
        (zipped(DOTDOTSLASHsubscribed_aDOTcsv=CSV), "outside"),
        (zipped(SLASHsubscribed_aDOTcsv=CSV), "outside"),
        (zipped(subscribed_aDOTcsv=CSV, moreDOTzip=b""), "another archive"),
        (zipped(xlSLASHworkbookDOTxml=b""), "workbook"),
        (zipped(email_listDOTcsv=CSV), "Unpack"),
        (",".join(["a"] * 5000).encode(), "5000 columns"),
        (b"email\n" + b"," * 300, "Line 2 has 301 columns"),
        (b"email\n" + b"," * 1_000_001, "Line 2 is too long"),
        (b"email\n" + b'a,"\n",' * 200_000, "Line 2 is too long"),
        (b'email\n"' + b"a" * 200_000, "Line 2 cannot be read"),
    ],
    ids=[
        "nothing",
        "empty lines",
        "image",
        "gzip",
        "begin of an archive",
        "damaged",
        "encrypted",
        "name of a file",
        "name of an entry",
        "LZMA",
        "BZIP2",
        "21 files",
        "outside",
        "absolute",
        "archive in it",
        "workbook",
        "other names",
        "5,000 columns",
        "300 commas",
        "long line",
        "long row of many lines",
        "long cell",
    ],
)
def test_file_that_cannot_be_read_is_an_error(content, message):
    with pytest.raises(ImportFileError, match=message):
        read(content)


def read(content):
    for part in parts(stored(content)):
        files.first_row(part)
        list(rows(part))


def test_size_is_limited_also_in_an_archive(monkeypatch):
    bomb = zipped(subscribed_aDOTcsv=b"a" * 100_000)
    monkeypatch.setattr(files, "MAX_BYTES", 10_000)
    assert len(bomb) < 1000
    for content in (bomb, b"a" * 10_001):
        with pytest.raises(ImportFileError, match="50 MB"):
            stored(content)


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "'=1", "''=1", "a", "'a", ""])
def test_formulas_are_escaped_and_back(text):
    assert unescape(escape(text)) == text
    assert not escape(text).startswith(formats.FORMULA_STARTS)


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        (["First Name", "E-Mail", "Status"], {"address": 1, "state": 2}),
        (["Adresse", "Email", "Mailed"], {"address": 1}),
        (["a", "b"], {}),
    ],
)
def test_columns_of_unknown_files_are_guessed(header, columns):
    assert formats.recognise(header) is None
    assert formats.guess(header) == columns
