"""Readers and editors find the newsletter in each of its languages."""

from pathlib import Path

import pytest

from digest.contrib import newsletter
from tests.catalogues import (
    LANGUAGES,
    marked_in_modules,
    marked_in_templates,
    read_mo,
    read_po,
)

PACKAGE = Path(newsletter.__file__).parent
# Not marked with `_`.
OTHERS = {
    "language code\x04en",
    "Send me each issue of “{title}” by e-mail. I can unsubscribe at any time.",
}


def marked():
    """Return the messages, without those that the catalogue of the core has."""
    templates = [
        path for path in (PACKAGE / "templates").rglob("*.*") if path.suffix in (".html", ".txt")
    ]
    modules = [path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts]
    found = marked_in_templates(templates) | marked_in_modules(modules) | OTHERS
    return found - set(read_po(PACKAGE.parents[1] / "locale", "de"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_has_every_message(language):
    entries = read_po(PACKAGE / "locale", language)
    assert set(entries) == marked()
    assert all(all(translations) for translations in entries.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_is_compiled(language):
    assert read_mo(PACKAGE / "locale", language) == read_po(PACKAGE / "locale", language)
