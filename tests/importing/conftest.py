"""Fixtures and helpers for tests of importing."""

from pathlib import Path

import pytest

from digest.importing import Document, Part, map_parts, read_document, read_parts
from digest.importing.mapper import IssueDraft
from digest.importing.parts import Role
from digest.models import DigestPage
from tests.builders import make_digest

DOCUMENTS = Path(__file__).parent / "documents"
COPIED, MARKDOWN = DOCUMENTS / "copied-issue.txt", DOCUMENTS / "issue.md"


def parts_of(text: str, name: str = "issue.txt") -> list[Part]:
    """Return the parts of a document with this text."""
    return read_parts(read_document(text.encode(), name))


def draft_of_document(document: Document) -> IssueDraft:
    """Return the issue draft of a document."""
    return map_parts(read_parts(document))


def draft_of(text: str, name: str = "issue.txt") -> IssueDraft:
    """Return the issue draft of a document with this text."""
    return map_parts(parts_of(text, name))


def texts(parts: list[Part], role: Role) -> list[str]:
    """Return the texts of the parts with a role."""
    return [part.text for part in parts if part.role is role]


@pytest.fixture
def digest(home_page) -> DigestPage:
    """Make a digest without issues."""
    return make_digest(home_page, "weekly")
