"""The rate limit by API key."""

from math import ceil
from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from digest.contrib.submissions.conf import conf

UNITS = {"s": "second", "m": "minute", "h": "hour", "d": "day"}


class ApiKeyThrottle(SimpleRateThrottle):
    """Count the requests of each key that submit a document (``DIGEST_SUBMISSION_RATE``)."""

    scope = "digest_submissions"

    def get_rate(self) -> str | None:
        return conf.SUBMISSION_RATE  # None: no limit

    @property
    def wait_seconds(self) -> int:
        return ceil(self.wait() or self.duration)

    @property
    def detail(self) -> str:
        """Say which limit it is, and when the next request counts as new."""
        unit = UNITS[conf.SUBMISSION_RATE.partition("/")[2][0]]
        limit = f"{self.num_requests} per {unit}"
        return f"The key may send {limit}, dry runs included: wait {self.wait_seconds} seconds."

    def get_cache_key(self, request: Request, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": request.auth.pk}
