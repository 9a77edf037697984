"""Settings of readers' search, read on each access. ``checks`` validates them."""

from django.conf import settings

# https://snowballstem.org/algorithms/
STEMMERS = {
    "ar": "arabic",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "ne": "nepali",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
}


class SearchSettings:
    """Read ``DIGEST_SEARCH_*`` from the site's settings, one property each."""

    @property
    def SEARCH_STEMMERS(self) -> dict[str, str]:
        """Map language codes without region to Snowball algorithms."""
        return getattr(settings, "DIGEST_SEARCH_STEMMERS", STEMMERS)

    @property
    def SEARCH_LOG_DAYS(self) -> int:
        """Return for how many days searches are logged; 0 disables the log."""
        return getattr(settings, "DIGEST_SEARCH_LOG_DAYS", 90)


conf = SearchSettings()
