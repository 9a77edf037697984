"""Test reading of files: encodings, formats and error messages."""

import os

import pytest

from digest.importing.documents import MAX_BYTES, Format, open_document, read_document
from digest.importing.errors import DocumentError


@pytest.mark.parametrize(
    "data",
    [
        "Grüße\nzwei".encode(),
        "Grüße\r\nzwei".encode(),
        "Grüße\rzwei".encode(),
        "Grüße\nzwei".encode("utf-8-sig"),
        "Grüße\nzwei".encode("utf-16"),
        b"\xfe\xff" + "Grüße\nzwei".encode("utf-16-be"),
        "Grüße\r\nzwei".encode("utf-32"),
    ],
)
def test_encodings_with_byte_order_mark_and_all_line_ends(data):
    assert read_document(data, "a.txt").text == "Grüße\nzwei"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        ("\ufeff".encode(), "empty"),
        ("\u200b\n".encode(), "empty"),
        (b"one\ntwo\nGr\xfc\xdfe", r"not valid UTF-8 \(line 3\)"),
        (b"\xff\xfea\x00\x00", "not valid UTF-16"),
        (b"a\x00b\x00c\x00", "binary"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01", "binary"),
        (bytes(range(256)) * 4, "binary"),
        (b"%PDF-1.7 text", "PDF"),
        (b"PK\x03\x04 rest", "Word"),
        (b"\xd0\xcf\x11\xe0 text", "old or protected Word file"),
        (b"From: <Saved by Blink>", "web archive"),
        (b"{\\rtf1 text}", "RTF"),
        (b"a" * (MAX_BYTES + 1), "too large"),
    ],
)
def test_unreadable_data_is_rejected_in_one_line(data, message):
    with pytest.raises(DocumentError, match=message) as caught:
        read_document(data, "a.txt")
    assert "\n" not in str(caught.value)


def test_text_named_docx_is_rejected():
    with pytest.raises(DocumentError, match="not a Word file, although its name ends in"):
        read_document(b"Words, and no document of Word", "notes.docx")


def test_document_of_the_maximum_size_is_read():
    assert len(read_document(b"a" * MAX_BYTES, "a.txt").text) == MAX_BYTES


def test_control_characters_are_removed_and_reported():
    document = read_document("one\ntw\x00o\x1b[31m\u202e\u2028three".encode(), "a.txt")
    assert document.text == "one\ntwo[31m three"
    (note,) = document.notes
    assert note.startswith("4 invisible characters removed (U+0000, U+001B, U+2028, U+202E)")
    assert note.endswith("line 2")


def test_joined_emoji_and_arabic_are_kept():
    text = "👩‍🔬 می‌خواهم"
    document = read_document(text.encode(), "a.txt")
    assert (document.text, document.notes) == (text, ())


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.md", "plain", Format.MARKDOWN),
        ("A.MARKDOWN", "plain", Format.MARKDOWN),
        ("a.txt", "---\ntitle: x\n---\n", Format.MARKDOWN),
        ("a.txt", "x\n\n## Story\n", Format.MARKDOWN),
        ("a.txt", "x\n\n##Tag\n", Format.TEXT),
        ("a.txt", "---\n\nplain", Format.TEXT),
        ("a.txt", "<!DOCTYPE html><p>text", Format.HTML),
        ("a.txt", "\n<html lang=en>text", Format.HTML),
        ("A.HTM", "<p>text", Format.HTML),
        ("a.txt", "<p>text", Format.TEXT),
    ],
)
def test_format_is_detected(name, text, expected):
    assert read_document(text.encode(), name).format is expected


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: None, "no such file"),
        (lambda path: path.mkdir(), "folder"),
        (lambda path: os.mkfifo(path), "not a file"),
        (lambda path: path.symlink_to(path), "cannot be read"),
    ],
)
def test_unreadable_path_is_rejected(tmp_path, make, message):
    make(tmp_path / "x.txt")
    with pytest.raises(DocumentError, match=message):
        open_document(tmp_path / "x.txt")


def test_invalid_name_is_rejected():
    with pytest.raises(DocumentError, match="cannot be read"):
        open_document("a\0b")


def test_unreadable_file_is_rejected(tmp_path, monkeypatch):
    def deny(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "x.txt").write_text("x")
    monkeypatch.setattr("pathlib.Path.open", deny)
    with pytest.raises(DocumentError, match="It cannot be read: Permission denied"):
        open_document(tmp_path / "x.txt")
