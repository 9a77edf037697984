"""The rate limit by API key."""

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from digest.contrib.submissions.conf import conf


class ApiKeyThrottle(SimpleRateThrottle):
    """Count the requests of each key that submit a document (``DIGEST_SUBMISSION_RATE``)."""

    scope = "digest_submissions"

    def get_rate(self) -> str | None:
        return conf.SUBMISSION_RATE  # None: no limit

    def get_cache_key(self, request: Request, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": request.auth.pk}
