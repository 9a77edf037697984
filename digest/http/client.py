"""HTTP client with protection against SSRF, for every request to another server.

Editors can enter any URL, so no request may reach the private network. All IP addresses of a host
have to be public, and the connection is made to one that was checked, without a second DNS lookup
(DNS rebinding). Redirects are new requests with the same checks. No cookies, credentials or
proxies; only the User-Agent identifies the site.
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
from digest.http.canonical import DEFAULT_PORTS, ascii_host, percent_encode
from digest.http.connections import Deadline, RequestBlocked, RequestError, Unreachable

__all__ = [
    "Deadline",
    "RequestBlocked",
    "RequestError",
    "Response",
    "Unreachable",
    "fetch",
    "parse_https_url",
    "post_json",
]

CONNECT_SECONDS, READ_SECONDS, TOTAL_SECONDS = 10, 10, 30
MAX_REDIRECTS = 5
REDIRECTS = {301, 302, 303, 307, 308}


class ParsedURL(NamedTuple):
    """A normalized URL and its parts, from one parser, so that no two can disagree."""

    url: str
    scheme: str
    host: str
    port: int
    path: str


@dataclass(frozen=True)
class Response:
    """The last response, after the redirects: (status, location as an absolute URL) of each."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes = b""
    redirects: list[tuple[int, str]] = field(default_factory=list)


def fetch(
    url: str,
    method: str = "GET",
    *,
    max_bytes: int = 0,
    accept: str = "*/*",
    on_request: Callable[[str], None] | None = None,
    deadline: Deadline | None = None,
) -> Response:
    """Request a URL, follow redirects and read at most ``max_bytes`` of the body.

    ``on_request`` is called with each URL before it is requested, and may raise. Without a
    deadline for all of them, each request has one of its own. Raises RequestError when there is
    no response.
    """
    redirects: list[tuple[int, str]] = []
    for _count in range(MAX_REDIRECTS + 1):
        target = parse_url(url)
        if on_request:
            on_request(target.url)
        response = _request(target, method, max_bytes, accept, deadline or Deadline(TOTAL_SECONDS))
        location = response.headers.get("location")
        if response.status not in REDIRECTS or not location:
            return replace(response, redirects=redirects)
        url = _join(target.url, location)
        redirects.append((response.status, url))
    raise Unreachable(_("It redirects too many times."))


def post_json(
    url: str,
    body: bytes,
    *,
    max_bytes: int,
    headers: dict[str, str] | None = None,
    accept: str = "*/*",
    seconds: float | None = None,
) -> Response:
    """POST JSON to a URL once; a redirect is returned and not followed, as it could go anywhere.

    The request may take so many ``seconds`` in all. Raises RequestError when there is no response.
    """
    own = {"Content-Type": "application/json", "Content-Length": str(len(body))} | (headers or {})
    deadline = Deadline(seconds or TOTAL_SECONDS)
    return _request(parse_url(url), "POST", max_bytes, accept, deadline, own, body, seconds)


def _join(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise Unreachable(_("It redirects to an invalid URL.")) from None


def parse_url(url: str) -> ParsedURL:
    """Normalize and split a URL; RequestBlocked unless it is http(s) to a host and usual port."""
    target = _split(url)
    if target is None:
        raise RequestBlocked(_("It is not a valid http or https URL."))
    if not (target.port in allowed_ports() or connections.is_exempt(target.host, target.port)):
        raise RequestBlocked(_("Only ports 80 and 443 are allowed."))
    return target


def parse_https_url(url: str) -> ParsedURL:
    """Parse a URL to which credentials may be sent; RequestBlocked unless it is https.

    Servers in ``DIGEST_HTTP_ALLOWED_HOSTS`` need no TLS.
    """
    target = _split(url)
    if target is None:
        raise RequestBlocked(_("It is not a valid https URL."))
    if connections.is_exempt(target.host, target.port):
        return target
    if target.scheme != "https":
        raise RequestBlocked(_("It is not an https URL."))
    if target.port not in allowed_ports() - {DEFAULT_PORTS["http"]}:
        raise RequestBlocked(_("Only port 443 is allowed."))
    return target


def _split(url: str) -> ParsedURL | None:
    """Normalize and split a URL; None unless it is http(s) to a host.

    RequestBlocked if it has a user name or a password: credentials are never sent.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = ascii_host(parts.hostname or ""), parts.port
    except ValueError:
        return None
    if "@" in parts.netloc:
        raise RequestBlocked(_("It has a user name or a password in front of the host."))
    # Browsers read a backslash as a slash.
    if not host or parts.scheme not in DEFAULT_PORTS or "\\" in parts.netloc:
        return None
    path = percent_encode(parts.path) or "/"
    if parts.query:
        path += f"?{percent_encode(parts.query)}"
    netloc = host if port is None else f"{host}:{port}"
    port = port or DEFAULT_PORTS[parts.scheme]
    return ParsedURL(f"{parts.scheme}://{netloc}{path}", parts.scheme, host.strip("[]"), port, path)


def allowed_ports() -> set[int]:
    """Return the ports that may be requested: 80 and 443."""
    return set(DEFAULT_PORTS.values())


def user_agent() -> str:
    """Return the setting, or the plugin's name and version with the site's URL."""
    site_url = getattr(settings, "WAGTAILADMIN_BASE_URL", "").encode("ascii", "replace").decode()
    default = f"wagtail-digest/{__version__}" + (f" (+{site_url})" if site_url else "")
    return conf.OUTBOUND_USER_AGENT or default


def _request(
    target: ParsedURL,
    method: str,
    max_bytes: int,
    accept: str,
    deadline: Deadline,
    own_headers: dict[str, str] | None = None,
    content: bytes | None = None,
    read_seconds: float | None = None,
) -> Response:
    url = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
    read_seconds = read_seconds or READ_SECONDS
    timeouts = {"connect": CONNECT_SECONDS, "read": read_seconds, "write": read_seconds}
    pool = httpcore.ConnectionPool(
        ssl_context=connections.tls_context(),
        network_backend=connections.GuardedBackend(deadline),
        max_connections=1,
    )
    headers = {
        "Host": urlsplit(target.url).netloc,
        "User-Agent": user_agent(),
        "Accept": accept,
        # A compressed body could be a thousand times its size (decompression bomb).
        "Accept-Encoding": "identity",
        "Connection": "close",
    } | (own_headers or {})
    with _errors_translated(), pool:
        request = pool.stream(
            method,
            url,
            headers=list(headers.items()),
            content=content,
            extensions={"timeout": timeouts},
        )
        with request as response:
            body = _read(response, max_bytes)
    return Response(target.url, response.status, _headers(response.headers), body)


def _read(response: httpcore.Response, max_bytes: int) -> bytes:
    body = bytearray()
    if max_bytes:
        for chunk in response.iter_stream():
            body += chunk
            if len(body) >= max_bytes:
                break
    return bytes(body[:max_bytes])


def _headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    pairs = [(name.decode("ascii"), value.decode("utf-8", "replace")) for name, value in raw]
    return {name.lower(): value for name, value in pairs}


@contextmanager
def _errors_translated() -> Iterator[None]:
    try:
        yield
    except httpcore.TimeoutException:
        raise Unreachable(_("The server took too long to respond.")) from None
    except httpcore.ConnectError as error:
        if isinstance(error.__cause__ or error.__context__, ssl.SSLError):
            raise Unreachable(_("A secure connection could not be made.")) from None
        raise Unreachable(_("The server could not be connected to.")) from None
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol):
        raise Unreachable(_("The connection broke, or the response is not valid HTTP.")) from None
