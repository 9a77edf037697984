"""Settings of the newsletter, read on each access. ``checks`` validates them."""

from pathlib import Path
from typing import Any

from django.conf import settings


class NewsletterSettings:
    """Read ``DIGEST_NEWSLETTER_*`` from the site's settings, one property each."""

    @property
    def NEWSLETTER_FROM(self) -> str | dict[str, str]:
        """Return the address that mails are from, or a map of digest slugs to addresses."""
        return getattr(settings, "DIGEST_NEWSLETTER_FROM", settings.DEFAULT_FROM_EMAIL)

    def sender(self, slug: str) -> str:
        """Return the address that mails of the digest with this slug are from."""
        found = self.NEWSLETTER_FROM
        return found.get(slug, settings.DEFAULT_FROM_EMAIL) if isinstance(found, dict) else found

    @property
    def NEWSLETTER_ORIGINS(self) -> list[str]:
        """Return the origins, besides sites and frontends, whose scripts may sign readers up."""
        return getattr(settings, "DIGEST_NEWSLETTER_ORIGINS", [])

    @property
    def NEWSLETTER_URLS(self) -> dict[str, dict[str, str]]:
        """Map the root URL of a Wagtail site to its frontend's pages.

        Keys of a page are "confirm", "unsubscribe" and "preferences"; its URL has ``{token}``.
        """
        return getattr(settings, "DIGEST_NEWSLETTER_URLS", {})

    @property
    def NEWSLETTER_SIGNUP_RATE(self) -> str | None:
        """Return the limit of sign-ups from one IP address, such as "20/hour", or None."""
        return getattr(settings, "DIGEST_NEWSLETTER_SIGNUP_RATE", "20/hour")

    @property
    def NEWSLETTER_LETTERS_PER_HOUR(self) -> int:
        """Return how many letters are sent within an hour; the rest waits."""
        return getattr(settings, "DIGEST_NEWSLETTER_LETTERS_PER_HOUR", 500)

    @property
    def NEWSLETTER_MAILER(self) -> dict[str, Any] | str:
        """Return the arguments of ``get_connection``, or an alias in MAILERS (Django 6.1)."""
        return getattr(settings, "DIGEST_NEWSLETTER_MAILER", {})

    @property
    def NEWSLETTER_RATE(self) -> float | None:
        """Return how many mails each worker may send in a second, or None for no limit."""
        return getattr(settings, "DIGEST_NEWSLETTER_RATE", None)

    @property
    def NEWSLETTER_WORKERS(self) -> int:
        """Return how many tasks send mailings at once, with a task queue in the database."""
        return getattr(settings, "DIGEST_NEWSLETTER_WORKERS", 1)

    @property
    def NEWSLETTER_REMOVALS_FILE(self) -> Path | str | None:
        """Return the file that records erasures and ended subscriptions, or None for no file."""
        return getattr(settings, "DIGEST_NEWSLETTER_REMOVALS_FILE", None)


conf = NewsletterSettings()
