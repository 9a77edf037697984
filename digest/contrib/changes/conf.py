"""Settings of the feed of changes, read on each access. ``checks`` validates them."""

from django.conf import settings


class ChangeSettings:
    """Read ``DIGEST_TOMBSTONE_*`` from the site's settings, one property each."""

    @property
    def TOMBSTONE_DAYS(self) -> int:
        """Return for how many days the feed says that a page is gone."""
        return getattr(settings, "DIGEST_TOMBSTONE_DAYS", 400)


conf = ChangeSettings()
