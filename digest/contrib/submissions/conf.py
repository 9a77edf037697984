"""Settings of submissions, read on each access. ``checks`` validates them."""

from django.conf import settings


class SubmissionSettings:
    """Read ``DIGEST_SUBMISSION_*`` from the site's settings, one property each."""

    @property
    def SUBMISSION_RATE(self) -> str | None:
        """Return the limit of requests that submit with one key, such as "60/hour", or None."""
        return getattr(settings, "DIGEST_SUBMISSION_RATE", "60/hour")

    @property
    def SUBMISSION_DAYS(self) -> int:
        """Return after how many days documents and stored responses are emptied."""
        return getattr(settings, "DIGEST_SUBMISSION_DAYS", 90)


conf = SubmissionSettings()
