"""Readers find the pages and feeds of the plugin and of the site in each of its languages."""

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
# Of editors and developers.
NOT_FOR_READERS = {"admin", "api"}


def templates(folder):
    return [
        path
        for path in sorted(folder.rglob("templates/**/*.html"))
        if not NOT_FOR_READERS.intersection(path.relative_to(folder).parts)
    ]


def marked_by_core():
    packages = [CORE / "templates", CORE / "contrib/search/templates"]
    return marked_in_templates(
        path for package in packages for path in templates(CORE) if package in path.parents
    )


def marked_by_site():
    """Return the messages that the catalogue of the plugin does not have."""
    names = ["cms", "home", "search"]
    own = marked_in_templates(path for name in names for path in templates(SITE / name))
    return (own | marked_in_modules([SITE / "search/facets.py"])) - marked_by_core()


CATALOGUES = [(CORE / "locale", marked_by_core), (SITE / "cms/locale", marked_by_site)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("folder", "marked"), CATALOGUES)
def test_catalogue_has_what_readers_see(folder, marked, language):
    entries = read_po(folder, language)
    assert set(entries) == marked()
    assert all(all(translations) for translations in entries.values())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("folder", "marked"), CATALOGUES)
def test_catalogue_is_compiled(folder, marked, language):
    assert read_mo(folder, language) == read_po(folder, language)
