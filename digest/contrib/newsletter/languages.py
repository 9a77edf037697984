"""The language of letters and pages."""

from typing import Any

from django.utils import translation
from django.utils.translation import pgettext


def language_of(digest: Any) -> str:
    """Return the language of texts for the readers of a digest.

    It is that of the digest, if there is a translation, or else the site's or English.
    """
    code = digest.locale.language_code
    with translation.override(code):
        # Translators: the code of the language into which you translate, such as "de".
        translated = pgettext("language code", "en")
    return code if code.partition("-")[0] == translated else translated
