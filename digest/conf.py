"""Every setting of the plugin, in one place: its name, its default and what it is for.

Settings are read when used, so that tests and sites can change them without a restart of anything
that was imported before. Each is checked in ``digest.checks``.
"""

from django.conf import settings


class DigestSettings:
    """Reads ``DIGEST_*`` from the site's settings, one property each."""

    @property
    def WORDS_PER_MINUTE(self) -> int:
        """How fast a reader reads; ``reading_time_minutes`` stands on it."""
        return getattr(settings, "DIGEST_WORDS_PER_MINUTE", 220)

    @property
    def ISSUES_PER_PAGE(self) -> int:
        """Issues on one page of an archive, a tag page or the front page."""
        return getattr(settings, "DIGEST_ISSUES_PER_PAGE", 20)

    @property
    def FEED_LENGTH(self) -> int:
        """Issues in a feed, newest first."""
        return getattr(settings, "DIGEST_FEED_LENGTH", 20)

    @property
    def IMAGE_WIDTHS(self) -> list[int]:
        """Widths in pixels of the renditions that the API and the pages offer for ``srcset``."""
        return getattr(settings, "DIGEST_IMAGE_WIDTHS", [400, 800, 1600])

    @property
    def API_DOCS_ENABLED(self) -> bool:
        """Whether the OpenAPI schema and the documentation page are served."""
        return getattr(settings, "DIGEST_API_DOCS_ENABLED", True)

    @property
    def FRONTEND_URLS(self) -> dict[str, str]:
        """Where readers read the pages of a site, by the root URL of the Wagtail site."""
        return getattr(settings, "DIGEST_FRONTEND_URLS", {})

    @property
    def PREVIEW_URLS(self) -> dict[str, str]:
        """Where a frontend shows drafts, by the root URL of the Wagtail site or of the frontend."""
        return getattr(settings, "DIGEST_PREVIEW_URLS", {})

    @property
    def API_THROTTLE_RATE(self) -> str | None:
        """How many requests one address may make of the API, as "100/min"; None for any number."""
        return getattr(settings, "DIGEST_API_THROTTLE_RATE", None)

    @property
    def CACHE_SECONDS(self) -> int:
        """For how many seconds an answer is kept at most; 0 keeps none."""
        return getattr(settings, "DIGEST_CACHE_SECONDS", 300)

    @property
    def CACHE_IGNORED_MODELS(self) -> list[str]:
        """Apps ("shop") and models ("shop.Order") whose rows no reader sees: kept answers outlive
        a change of them."""
        return getattr(settings, "DIGEST_CACHE_IGNORED_MODELS", [])

    @property
    def CDN_MAX_AGE(self) -> int | None:
        """For how many seconds a cache in front that is purged may keep an answer; None for as long
        as anybody may."""
        return getattr(settings, "DIGEST_CDN_MAX_AGE", None)

    @property
    def OUTBOUND_USER_AGENT(self) -> str | None:
        """How the site names itself to the servers it asks; None for the plugin and its address."""
        return getattr(settings, "DIGEST_OUTBOUND_USER_AGENT", None)

    @property
    def SOURCE_CHECK_DAYS(self) -> int:
        """After how many days a source is checked again."""
        return getattr(settings, "DIGEST_SOURCE_CHECK_DAYS", 30)

    @property
    def SOURCE_CHECK_PAUSE(self) -> float:
        """How many seconds lie between two requests to one host."""
        return getattr(settings, "DIGEST_SOURCE_CHECK_PAUSE", 5)


conf = DigestSettings()


def has_languages() -> bool:
    """Whether pages have translations: Wagtail's own setting, which is off by default."""
    return getattr(settings, "WAGTAIL_I18N_ENABLED", False)
