"""The plugin's settings with their defaults.

A setting is read each time it is used, so that ``override_settings`` works. Those that a cached
response needs are read once, and again after ``override_settings``: otherwise it takes a tenth of
its time for Django's settings. Each one is checked in ``digest.checks``.
"""

from functools import cached_property
from typing import Any

import swapper
from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver


class DigestSettings:
    """Read ``DIGEST_*`` from the Django settings, one property each."""

    @property
    def WORDS_PER_MINUTE(self) -> int:
        """Return the reading speed that ``reading_time_minutes`` is based on."""
        return getattr(settings, "DIGEST_WORDS_PER_MINUTE", 220)

    @property
    def ISSUES_PER_PAGE(self) -> int:
        """Return how many issues an archive, a tag page or the front page has on one page."""
        return getattr(settings, "DIGEST_ISSUES_PER_PAGE", 20)

    @property
    def FEED_LENGTH(self) -> int:
        """Return how many issues a feed has."""
        return getattr(settings, "DIGEST_FEED_LENGTH", 20)

    @property
    def IMAGE_WIDTHS(self) -> list[int]:
        """Return the widths in pixels of the renditions in ``srcset`` and in the API."""
        return getattr(settings, "DIGEST_IMAGE_WIDTHS", [400, 800, 1600])

    @property
    def API_DOCS_ENABLED(self) -> bool:
        """Return whether the OpenAPI schema and the documentation page are served."""
        return getattr(settings, "DIGEST_API_DOCS_ENABLED", True)

    @property
    def FRONTEND_URLS(self) -> dict[str, str]:
        """Map the root URL of a Wagtail site to that of its frontend."""
        return getattr(settings, "DIGEST_FRONTEND_URLS", {})

    @property
    def PREVIEW_URLS(self) -> dict[str, str]:
        """Map the root URL of a Wagtail site or of its frontend to the URL that shows drafts."""
        return getattr(settings, "DIGEST_PREVIEW_URLS", {})

    @cached_property
    def API_THROTTLE_RATE(self) -> str | None:
        """Return the limit of API requests from one IP address, such as "100/min", or None."""
        return getattr(settings, "DIGEST_API_THROTTLE_RATE", None)

    @cached_property
    def CACHE_SECONDS(self) -> int:
        """Return for how many seconds a response is cached at most; 0 disables the cache."""
        return getattr(settings, "DIGEST_CACHE_SECONDS", 300)

    @property
    def CACHE_IGNORED_MODELS(self) -> list[str]:
        """Return apps ("shop") and models ("shop.Order") whose changes readers do not see, so that
        cached responses stay valid."""
        return getattr(settings, "DIGEST_CACHE_IGNORED_MODELS", [])

    @cached_property
    def CDN_MAX_AGE(self) -> int | None:
        """Return the ``max-age`` in seconds for front-end caches that are purged on change; None to
        send no ``CDN-Cache-Control``."""
        return getattr(settings, "DIGEST_CDN_MAX_AGE", None)

    @property
    def OUTBOUND_USER_AGENT(self) -> str | None:
        """Return the ``User-Agent`` of outgoing requests; None for the plugin's own."""
        return getattr(settings, "DIGEST_OUTBOUND_USER_AGENT", None)

    @property
    def HTTP_ALLOWED_HOSTS(self) -> list[str]:
        """Return the servers, as "host:port", that may be requested wherever they are."""
        return getattr(settings, "DIGEST_HTTP_ALLOWED_HOSTS", [])

    @property
    def SOURCE_CHECK_DAYS(self) -> int:
        """Return after how many days a source is checked again."""
        return getattr(settings, "DIGEST_SOURCE_CHECK_DAYS", 30)

    @property
    def SOURCE_CHECK_PAUSE(self) -> float:
        """Return how many seconds to wait between two requests to one host."""
        return getattr(settings, "DIGEST_SOURCE_CHECK_PAUSE", 5)

    @property
    def EDITORS_GUIDE_URL(self) -> str | None:
        """Return the URL of the guide for editors, which the menu Help links to, or None."""
        return getattr(settings, "DIGEST_EDITORS_GUIDE_URL", None)


conf = DigestSettings()


@receiver(setting_changed)
def _read_again(*, setting: str, **kwargs: Any) -> None:
    vars(conf).pop(setting.removeprefix("DIGEST_"), None)


def has_languages() -> bool:
    """Return whether pages may have translations (WAGTAIL_I18N_ENABLED)."""
    return getattr(settings, "WAGTAIL_I18N_ENABLED", False)


def get_base_page_model() -> Any:
    """Return the class that all pages are built on: ``WAGTAIL_PAGE_MODEL``, or else ``Page``."""
    return swapper.load_model("wagtailcore", "Page")
