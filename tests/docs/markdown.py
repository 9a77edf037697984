"""Parse the documentation: files, headings, sections, code blocks and links."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^`([^`\n]+\.\w+)`(?:[^\n]+\n)+\n```\w+\n(.*?)^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(#+) +(.*)$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def name_of(path: Path) -> str:
    """Return the path of a page, as the id of a test."""
    return str(path.relative_to(ROOT))


def read(name: str) -> str:
    """Read a page of the reference: ``read("settings")``."""
    return (ROOT / "docs" / "reference" / f"{name}.md").read_text(encoding="utf-8")


def code_blocks(text: str, language: str) -> list[str]:
    """Return the fenced blocks of a language."""
    return [code for _, found, code in FENCE.findall(text) if found == language]


def prose(text: str) -> str:
    """Remove the fenced blocks."""
    return FENCE.sub("", text)


def links(text: str) -> list[str]:
    """Return the targets of links and images."""
    return LINK.findall(re.sub(r"`[^`]*`", "", prose(text)))


def headings(text: str) -> list[str]:
    """Return the headings, with their backticks."""
    return [title for _, title in HEADING.findall(prose(text))]


def section(text: str, heading: str) -> str:
    """Return the text under a heading, up to the next of its level; fail if it is missing."""
    found = re.search(rf"^(#+) {re.escape(heading)}$(.*?)(?=^#{{1,2}} |\Z)", text, re.M | re.S)
    assert found, f"There is no heading “{heading}”."
    return found[2]


def rows(text: str) -> set[str]:
    """Return the names in the first cells of tables: ``| `name`, `other` | ...``."""
    cells = re.findall(r"^\|([^|]*)\|", text, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def anchors(text: str) -> set[str]:
    """Return the anchors of the headings, as on GitHub."""
    titles = (re.sub(r"[^\w\- ]", "", title.lower()) for title in headings(text))
    return {title.strip().replace(" ", "-") for title in titles}


def files(text: str) -> dict[str, str]:
    """Return the fenced blocks whose paragraph begins with the path of a file, by that path."""
    return dict(FILE.findall(text))
