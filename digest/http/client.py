"""The one way in which the plugin asks other servers for anything.

An address may be written by anybody who may write an issue, so no request may reach what only this
machine can reach. Every address that a host name has must be public, and the connection is made to
an address that was checked: the name is not looked up again. Each redirect is a new request, with
the same checks. Nothing is sent that tells who asks, but the User-Agent.
"""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import httpcore
from django.conf import settings
from django.utils.translation import gettext as _

from digest import __version__
from digest.conf import conf
from digest.http import connections
from digest.http.canonical import DEFAULT_PORTS, ascii_host, encoded
from digest.http.connections import Deadline, Forbidden, OutboundError, Unreachable

__all__ = ["Answer", "Deadline", "Forbidden", "OutboundError", "Unreachable", "fetch"]

CONNECT_SECONDS, READ_SECONDS, TOTAL_SECONDS = 10, 10, 30
MAX_REDIRECTS = 5
REDIRECTS = {301, 302, 303, 307, 308}
# What stands in "https://user@host", and what a browser takes for something else.
FORBIDDEN = set("@\\")


class Target(NamedTuple):
    """An address as it is asked: the parts are taken from it once, by one parser."""

    url: str
    scheme: str
    host: str
    port: int
    path: str


@dataclass(frozen=True)
class Answer:
    """What a server said in the end, and the redirects on the way: (status, address) of each."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes = b""
    redirects: list[tuple[int, str]] = field(default_factory=list)


def fetch(
    url: str,
    method: str = "GET",
    *,
    limit: int = 0,
    accept: str = "*/*",
    before: Callable[[str], None] | None = None,
    deadline: Deadline | None = None,
) -> Answer:
    """Ask for an address and follow redirects; of the body, ``limit`` bytes are read and no more.

    ``before`` is called with each address before it is asked, and may raise to stop. Without a
    deadline for all of it, each request has one of its own. Raises OutboundError where there is no
    answer.
    """
    redirects: list[tuple[int, str]] = []
    for _count in range(MAX_REDIRECTS + 1):
        target = read_target(url)
        if before:
            before(target.url)
        answer = _ask(target, method, limit, accept, deadline or Deadline(TOTAL_SECONDS))
        location = answer.headers.get("location")
        if answer.status not in REDIRECTS or not location:
            return replace(answer, redirects=redirects)
        url = _joined(target.url, location)
        redirects.append((answer.status, url))
    raise Unreachable(_("It leads on from one address to the next without an end."))


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise Unreachable(_("It leads to what is no address.")) from None


def read_target(url: str) -> Target:
    """The parts of an address that may be asked; Forbidden where its form alone forbids it."""
    try:
        parts = urlsplit(url.strip())
        host, port = ascii_host(parts.hostname or ""), parts.port
    except ValueError:
        host, port = "", None
    if not host or parts.scheme not in DEFAULT_PORTS or FORBIDDEN & set(parts.netloc):
        raise Forbidden(_("It is no address on the web that can be asked."))
    if port is not None and port not in allowed_ports():
        raise Forbidden(_("Only the usual ports of the web are asked."))
    path = encoded(parts.path) or "/"
    if parts.query:
        path += f"?{encoded(parts.query)}"
    place = host if port is None else f"{host}:{port}"
    port = port or DEFAULT_PORTS[parts.scheme]
    return Target(f"{parts.scheme}://{place}{path}", parts.scheme, host.strip("[]"), port, path)


def allowed_ports() -> set[int]:
    """The ports that are asked: those of the web."""
    return set(DEFAULT_PORTS.values())


def user_agent() -> str:
    """How the site names itself: as its setting says, or by the plugin and the site's address."""
    place = getattr(settings, "WAGTAILADMIN_BASE_URL", "").encode("ascii", "replace").decode()
    default = f"wagtail-digest/{__version__}" + (f" (+{place})" if place else "")
    return conf.OUTBOUND_USER_AGENT or default


def _ask(target: Target, method: str, limit: int, accept: str, deadline: Deadline) -> Answer:
    """One request, without redirects."""
    url = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
    timeouts = {"connect": CONNECT_SECONDS, "read": READ_SECONDS, "write": READ_SECONDS}
    pool = httpcore.ConnectionPool(
        ssl_context=connections.tls_context(),
        network_backend=connections.GuardedBackend(deadline),
        max_connections=1,
    )
    headers = {
        "Host": urlsplit(target.url).netloc,
        "User-Agent": user_agent(),
        "Accept": accept,
        # As it is: what is packed could be a thousand times as long when it is unpacked.
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    with _in_plain_words(), pool:
        request = pool.stream(
            method, url, headers=list(headers.items()), extensions={"timeout": timeouts}
        )
        with request as response:
            body = _read(response, limit)
    return Answer(target.url, response.status, _headers(response.headers), body)


def _read(response: httpcore.Response, limit: int) -> bytes:
    body = bytearray()
    if limit:
        for chunk in response.iter_stream():
            body += chunk
            if len(body) >= limit:
                break
    return bytes(body[:limit])


def _headers(found: list[tuple[bytes, bytes]]) -> dict[str, str]:
    pairs = [(name.decode("ascii"), value.decode("utf-8", "replace")) for name, value in found]
    return {name.lower(): value for name, value in pairs}


@contextmanager
def _in_plain_words() -> Iterator[None]:
    try:
        yield
    except httpcore.TimeoutException:
        raise Unreachable(_("It took too long to answer.")) from None
    except httpcore.ConnectError as error:
        if isinstance(error.__cause__ or error.__context__, ssl.SSLError):
            raise Unreachable(_("There is no secure connection to it.")) from None
        raise Unreachable(_("It takes no connection.")) from None
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol):
        raise Unreachable(_("The connection broke, or its answer cannot be read.")) from None
