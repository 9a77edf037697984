"""Connections to servers on the public internet, and to no others."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

import httpcore
from django.utils.translation import gettext as _

# Addresses that are not of these are for special uses.
GLOBAL_UNICAST = IPv6Network("2000::/3")
NAT64 = IPv6Network("64:ff9b::/96")


class OutboundError(Exception):
    """A request that got no answer; says why in plain words."""


class Forbidden(OutboundError):
    """A request that was not made: this address must not be asked."""


class Unreachable(OutboundError):
    """A request that was made, or tried, and got no answer that can be read."""


def is_public(address: str) -> bool:
    """Whether an IP address is one that the whole internet reaches; so must be one inside of it."""
    found = ip_address(address)
    if isinstance(found, IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or _behind_nat64(found)
        if inner:
            return is_public(str(inner))
        return found in GLOBAL_UNICAST and found.is_global
    return found.is_global and not (found.is_multicast or found.is_reserved)


def _behind_nat64(address: IPv6Address) -> IPv4Address | None:
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in NAT64 else None


def resolve(host: str, port: int) -> list[str]:
    """The IP addresses of a host, as the system has them."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable(_("There is no such host.")) from None
    return list(dict.fromkeys(str(info[4][0]) for info in found))


def checked_addresses(host: str, port: int) -> list[str]:
    """The IP addresses of a host; Forbidden unless all of them are public."""
    addresses = resolve(host, port)
    if not addresses or not all(map(is_public, addresses)):
        raise Forbidden(_("This host is not on the public internet."))
    return addresses


@cache
def tls_context() -> ssl.SSLContext:
    """What certificates are trusted."""
    return httpcore.default_ssl_context()


class Deadline:
    """The moment at which a request has taken too long, however little it waits each time."""

    def __init__(self, seconds: float) -> None:
        self.end = time.monotonic() + seconds

    def left(self, most: float | None = None) -> float:
        """Seconds left, at most ``most``; httpcore.ReadTimeout when there are none."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left if most is None else min(left, most)


class GuardedBackend(httpcore.NetworkBackend):
    """Connects to checked addresses alone."""

    def __init__(self, deadline: Deadline) -> None:
        self.deadline = deadline
        self.backend = httpcore.SyncBackend()

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, **kwargs: Any
    ) -> httpcore.NetworkStream:
        """A connection to the first of the host's addresses that takes one."""
        for address in checked_addresses(host, port):
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                seconds = self.deadline.left(timeout)
                stream = self.backend.connect_tcp(address, port, seconds, **kwargs)
                return GuardedStream(stream, self.deadline)
        raise httpcore.ConnectError("No address of the host takes a connection.")


class GuardedStream(httpcore.NetworkStream):
    """A connection that ends at the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self.stream, self.deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what has come."""
        return self.stream.read(max_bytes, self.deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        self.stream.write(buffer, self.deadline.left(timeout))

    def close(self) -> None:
        """End the connection."""
        self.stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Go on with TLS; a handshake reads more than once, so a clock runs beside it."""
        with self._ended_at_the_deadline():
            seconds = self.deadline.left(timeout)
            stream = self.stream.start_tls(ssl_context, server_hostname, seconds)
        return GuardedStream(stream, self.deadline)

    @contextmanager
    def _ended_at_the_deadline(self) -> Iterator[None]:
        twin = self.stream.get_extra_info("socket").dup()
        clock = threading.Timer(self.deadline.left(), _shut_down, [twin])
        clock.start()
        try:
            yield
        finally:
            clock.cancel()
            twin.close()

    def get_extra_info(self, info: str) -> Any:
        """What is known of the connection."""
        return self.stream.get_extra_info(info)


def _shut_down(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
