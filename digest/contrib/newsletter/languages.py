"""The language of letters and pages: one for which there are texts."""

from typing import Any

from django.utils import translation
from django.utils.translation import pgettext


def language_of(digest: Any) -> str:
    """Return the language of a digest if there is a translation, or else the site's or English."""
    return translated(digest.locale.language_code)


def translated(code: str) -> str:
    """Return the language of the texts that Django finds for a language."""
    with translation.override(code):
        # Translators: the code of the language into which you translate, such as "de".
        found = pgettext("language code", "en")
    return code if code.partition("-")[0] == found else found
