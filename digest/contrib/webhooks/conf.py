"""Settings of webhooks, read on each access. ``checks`` validates them."""

from django.conf import settings


class WebhookSettings:
    """Read ``DIGEST_WEBHOOK_*`` from the site's settings, one property each."""

    @property
    def WEBHOOK_THREADS(self) -> int:
        """Return how many endpoints a process sends to at once."""
        return getattr(settings, "DIGEST_WEBHOOK_THREADS", 4)

    @property
    def WEBHOOK_GITHUB_TOKEN(self) -> str | None:
        """Return the token that starts workflows on GitHub."""
        return getattr(settings, "DIGEST_WEBHOOK_GITHUB_TOKEN", None)


conf = WebhookSettings()
