"""Test that the example in the how-to is imported as described."""

import re
from pathlib import Path

from digest.importing import Report, read_document, read_parts
from tests.importing.conftest import draft_of

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "import-documents.md"
EXAMPLE = re.search(r"```markdown\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[1]


def test_example_is_fully_understood():
    document = read_document(EXAMPLE.encode(), "issue.md")
    assert Report(document, read_parts(document)).not_understood == []


def test_example_has_every_block():
    types = [block["type"] for block in draft_of(EXAMPLE, "issue.md").body()]
    assert types == ["headline", "story_section", "bottom_line", "sources"]
