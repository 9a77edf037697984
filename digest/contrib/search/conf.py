"""The settings of readers' search, read when they are used. ``checks`` validates them."""

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
    """Reads ``DIGEST_SEARCH_*`` from the site's settings, one property each."""

    @property
    def SEARCH_STEMMERS(self) -> dict[str, str]:
        """The Snowball algorithm that stems words, by language code without region."""
        return getattr(settings, "DIGEST_SEARCH_STEMMERS", STEMMERS)

    @property
    def SEARCH_LOG_DAYS(self) -> int:
        """For how many days searches are counted and stored; 0 stores none."""
        return getattr(settings, "DIGEST_SEARCH_LOG_DAYS", 90)


conf = SearchSettings()
