"""Connections that are limited to public IP addresses and end at a deadline."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

import httpcore
from django.utils.translation import gettext as _

from digest.conf import conf

# All other IPv6 addresses are reserved for special uses.
GLOBAL_UNICAST = IPv6Network("2000::/3")
NAT64 = IPv6Network("64:ff9b::/96")
# Special-purpose networks (RFC 6890 and the registries of IANA) whose ``is_global`` differs between
# patch versions of Python, or in which single addresses are global that no website has.
SPECIAL_PURPOSE = [
    ip_network(network)
    for network in (
        "192.0.0.0/24",  # IETF protocol assignments; a cloud has its metadata service here
        "192.88.99.0/24",  # 6to4 relays, deprecated
        "64:ff9b:1::/48",  # NAT64 of one network
        "2001::/23",  # IETF protocol assignments
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
    )
]


class RequestError(Exception):
    """A request without a response; its message is shown to editors."""


class RequestBlocked(RequestError):
    """A request that was not made, because its URL is not allowed."""


class Unreachable(RequestError):
    """A request that failed, or got a response that is not valid."""


def is_public_ip(address: str) -> bool:
    """Check that an IP address is globally reachable, and an IPv4 address embedded in it too."""
    ip = ip_address(address)
    if any(ip in network for network in SPECIAL_PURPOSE):
        return False
    if isinstance(ip, IPv6Address):
        embedded = ip.ipv4_mapped or ip.sixtofour or _behind_nat64(ip)
        if embedded:
            return is_public_ip(str(embedded))
        return ip in GLOBAL_UNICAST and ip.is_global
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)


def _behind_nat64(address: IPv6Address) -> IPv4Address | None:
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in NAT64 else None


def resolve(host: str, port: int) -> list[str]:
    """Look up the IP addresses of a host."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable(_("The host does not exist.")) from None
    return list(dict.fromkeys(str(info[4][0]) for info in found))


def public_addresses(host: str, port: int) -> list[str]:
    """Look up the IP addresses of a host; RequestBlocked unless all are public, or it is exempt."""
    addresses = resolve(host, port)
    is_allowed = is_exempt(host, port) or all(map(is_public_ip, addresses))
    if not addresses or not is_allowed:
        raise RequestBlocked(_("This host is not on the public internet."))
    return addresses


def is_exempt(host: str, port: int) -> bool:
    """Return whether the site allows requests to a server wherever it is."""
    return f"{host}:{port}" in conf.HTTP_ALLOWED_HOSTS


@cache
def tls_context() -> ssl.SSLContext:
    """Return one context for all requests: it takes long to load the certificates."""
    return httpcore.default_ssl_context()


class Deadline:
    """The end of the time a request may take in all, however short each wait is."""

    def __init__(self, seconds: float) -> None:
        self.end = time.monotonic() + seconds

    def remaining(self, at_most: float | None = None) -> float:
        """Return the seconds that remain, up to ``at_most``; httpcore.ReadTimeout if none do."""
        remaining = self.end - time.monotonic()
        if remaining <= 0:
            raise httpcore.ReadTimeout
        return remaining if at_most is None else min(remaining, at_most)


class GuardedBackend(httpcore.NetworkBackend):
    """Connects to public addresses only."""

    def __init__(self, deadline: Deadline) -> None:
        self.deadline = deadline
        self.backend = httpcore.SyncBackend()

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, **kwargs: Any
    ) -> httpcore.NetworkStream:
        """Connect to the first address of the host that accepts it."""
        for address in public_addresses(host, port):
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                seconds = self.deadline.remaining(timeout)
                stream = self.backend.connect_tcp(address, port, seconds, **kwargs)
                return GuardedStream(stream, self.deadline)
        raise httpcore.ConnectError("No address of the host accepts a connection.")


class GuardedStream(httpcore.NetworkStream):
    """A connection that ends at the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self.stream, self.deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, self.deadline.remaining(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, self.deadline.remaining(timeout))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Start TLS; a handshake reads more than once, so a timer enforces the deadline."""
        with self._closed_at_deadline():
            seconds = self.deadline.remaining(timeout)
            stream = self.stream.start_tls(ssl_context, server_hostname, seconds)
        return GuardedStream(stream, self.deadline)

    @contextmanager
    def _closed_at_deadline(self) -> Iterator[None]:
        duplicate = self.stream.get_extra_info("socket").dup()
        timer = threading.Timer(self.deadline.remaining(), _shut_down, [duplicate])
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            duplicate.close()

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)


def _shut_down(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
