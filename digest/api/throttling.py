"""The rate limit by IP address, off unless ``DIGEST_API_THROTTLE_RATE`` is set."""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Self

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import AnonRateThrottle

from digest.conf import conf


class IPAddressThrottle(AnonRateThrottle):
    """Count the requests of each IP address in Django's cache."""

    scope = "digest"
    is_allowed = True

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        """Return the throttle of a request.

        The first call counts the request, unless it is a preflight, and sets ``is_allowed``. Cache
        hits count, too.
        """
        name = f"{cls.scope}_throttle"
        if not hasattr(request, name):
            throttle = cls()
            if throttle.rate is not None and request.method != "OPTIONS":
                throttle.is_allowed = throttle.allow_request(Request(request), None)
            setattr(request, name, throttle)
        return getattr(request, name)

    @classmethod
    def share(cls, request: HttpRequest, other: HttpRequest) -> None:
        """Let a request that is made on behalf of another one count as the same."""
        setattr(other, f"{cls.scope}_throttle", cls.of(request))

    def get_rate(self) -> str | None:
        return conf.API_THROTTLE_RATE  # None: no limit

    def get_ident(self, request: Request) -> str:
        """Return the IP address of the connection, unless NUM_PROXIES trusts X-Forwarded-For."""
        if api_settings.NUM_PROXIES is None:  # any client can send X-Forwarded-For
            return network_of(request.META.get("REMOTE_ADDR", ""))
        return network_of(super().get_ident(request) or "")

    def headers(self) -> dict[str, str]:
        """Return the state of the limit (draft-ietf-httpapi-ratelimit-headers)."""
        if not hasattr(self, "history"):  # no limit, or rejected before counting
            return {}
        remaining = max(0, self.num_requests - len(self.history))
        reset = self.duration - (self.now - self.history[-1]) if self.history else self.duration
        return {
            "RateLimit-Policy": f'"address";q={self.num_requests};w={self.duration}',
            "RateLimit": f'"address";r={remaining};t={max(0, round(reset))}',
        }


def network_of(address: str) -> str:
    """Return the /64 of an IPv6 address, all of which one client can use; otherwise the address."""
    try:
        parsed = ip_address(address.strip())
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or ip_network((parsed.packed, 64), strict=False))
