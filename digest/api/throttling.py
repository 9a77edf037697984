"""How many requests one address may make: off, unless ``DIGEST_API_THROTTLE_RATE`` says so."""

from typing import Self

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import AnonRateThrottle

from digest.conf import conf


class AddressThrottle(AnonRateThrottle):
    """Counts the requests of each address in Django's cache, and says how many are left."""

    scope = "digest"
    is_allowed = True

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        """Return the throttle of a request. The first call counts the request, except a preflight,
        and decides ``is_allowed``; cache hits count, too."""
        if not hasattr(request, "digest_throttle"):
            throttle = cls()
            if throttle.rate is not None and request.method != "OPTIONS":
                throttle.is_allowed = throttle.allow_request(Request(request), None)
            request.digest_throttle = throttle
        return request.digest_throttle

    def get_rate(self) -> str | None:
        """The setting; None counts nothing."""
        return conf.API_THROTTLE_RATE

    def get_ident(self, request: Request) -> str:
        """The address that connected, unless DRF's NUM_PROXIES says what else to trust."""
        if api_settings.NUM_PROXIES is None:  # anybody can send X-Forwarded-For
            return request.META.get("REMOTE_ADDR", "")
        return super().get_ident(request)

    def headers(self) -> dict[str, str]:
        """The limit and what is left of it (draft-ietf-httpapi-ratelimit-headers)."""
        if not hasattr(self, "history"):  # off, or refused before anything was counted
            return {}
        left = max(0, self.num_requests - len(self.history))
        reset = self.duration - (self.now - self.history[-1]) if self.history else self.duration
        return {
            "RateLimit-Policy": f'"address";q={self.num_requests};w={self.duration}',
            "RateLimit": f'"address";r={left};t={max(0, round(reset))}',
        }
