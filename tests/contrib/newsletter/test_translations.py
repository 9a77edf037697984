"""Readers find letters, mails and pages of the newsletter in each of its languages."""

from pathlib import Path

import pytest
from django.utils.translation import override

from digest.contrib import newsletter
from digest.contrib.newsletter.models import EmailDelivery, Source, Subscription, Suppression
from tests.catalogues import (
    LANGUAGES,
    marked_in_modules,
    marked_in_templates,
    read_mo,
    read_po,
)

PACKAGE = Path(newsletter.__file__).parent
MODULES = ["api/views.py", "composing.py", "email_addresses.py", "letters.py", "views.py"]
# Not marked with `_`.
OTHERS = {
    "language code\x04en",
    "Send me each issue of “{title}” by e-mail. I can unsubscribe at any time.",
}


def states():
    """Return what the page of a reader's preferences shows of the rows."""
    with override(None):
        return {
            *(str(label) for label in Source.labels),
            *(str(label) for label in Subscription.State.labels),
            *(str(label) for label in Subscription.EndReason.labels),
            *(str(label) for label in Suppression.Reason.labels),
            *(str(label) for label in EmailDelivery.Kind.labels),
            *(str(label) for label in EmailDelivery.State.labels),
        }


def marked():
    """Return the messages for readers, without those that the catalogue of the core has."""
    templates = [
        path
        for path in (PACKAGE / "templates").rglob("*.*")
        if path.suffix in (".html", ".txt") and "admin" not in path.parts
    ]
    modules = marked_in_modules(PACKAGE / name for name in MODULES)
    found = marked_in_templates(templates) | modules | states() | OTHERS
    return found - set(read_po(PACKAGE.parents[1] / "locale", "de"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_has_what_readers_see(language):
    entries = read_po(PACKAGE / "locale", language)
    assert set(entries) == marked()
    assert all(all(translations) for translations in entries.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_is_compiled(language):
    assert read_mo(PACKAGE / "locale", language) == read_po(PACKAGE / "locale", language)
