"""Readers and editors find the plugin and the site in each of its languages."""

from pathlib import Path

import pytest

import digest
from tests.catalogues import (
    LANGUAGES,
    marked_in_modules,
    marked_in_templates,
    read_mo,
    read_po,
)

CORE = Path(digest.__file__).parent
SITE = CORE.parent
NEWSLETTER = CORE / "contrib/newsletter"  # has catalogues of its own


def templates(folder):
    return sorted(folder.rglob("templates/**/*.html"))


def of_core(paths):
    return [path for path in paths if NEWSLETTER not in path.parents]


def marked_by_core():
    modules = [path for path in CORE.rglob("*.py") if "migrations" not in path.parts]
    return marked_in_templates(of_core(templates(CORE))) | marked_in_modules(of_core(modules))


def marked_by_site():
    """Return the messages that the catalogue of the plugin does not have."""
    names = ["cms", "home", "search"]
    own = marked_in_templates(path for name in names for path in templates(SITE / name))
    return (own | marked_in_modules([SITE / "search/facets.py"])) - marked_by_core()


CATALOGUES = [(CORE / "locale", marked_by_core), (SITE / "cms/locale", marked_by_site)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("folder", "marked"), CATALOGUES)
def test_catalogue_has_every_message(folder, marked, language):
    entries = read_po(folder, language)
    assert set(entries) == marked()
    assert all(all(translations) for translations in entries.values())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("folder", "marked"), CATALOGUES)
def test_catalogue_is_compiled(folder, marked, language):
    assert read_mo(folder, language) == read_po(folder, language)
