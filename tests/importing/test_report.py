"""Test the report of an import."""

from digest.importing import Report, open_document, read_document, read_parts
from tests.importing.conftest import COPIED


def report_of(text: str, name: str = "a.md") -> list[str]:
    document = read_document(text.encode(), name)
    return list(Report(document, read_parts(document)).lines())


def test_report_has_every_line():
    document = open_document(COPIED)
    report = "\n".join(Report(document, read_parts(document)).lines())
    numbers = [n for n, line in enumerate(document.text.split("\n"), 1) if line.strip()]
    assert all(f"line {number} " in report for number in numbers)
    assert report.endswith(
        "5 tags, 4 stories, 4 why-it-matters parts, 1 bottom-line part, "
        "5 lines of boilerplate, everything understood."
    )


def test_line_has_position_role_and_excerpt():
    lines = report_of("---\ntitle: T\ntags: [a, b]\n---\n\n## S\n\none\ntwo " + "long " * 50)
    assert lines[0].split(maxsplit=3) == ["line", "2", "title", "T"]
    assert lines[1].split(maxsplit=3) == ["line", "3", "tag", "a, b"]
    assert lines[3].startswith("    lines 8-9  text             one two long")
    assert lines[3].endswith("…")


def test_unknown_parts_are_reported_and_counted():
    lines = report_of("---\nmood: calm\n---\n\n## S\n\n| a |\n|---|\n| b | c |\n")
    assert "not understood   mood: calm (left out)" in lines[0]
    assert "not understood   | a | |---|" in lines[2]
    assert lines[-1] == "1 story, 2 not understood."


def test_removed_characters_are_reported():
    assert any("note  1 invisible characters" in line for line in report_of("a\u200bb", "a.txt"))
