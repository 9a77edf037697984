"""Load a server with a group of requests."""

from http.client import HTTPConnection
from urllib.parse import urlsplit

from benchmarks.server import wrk
from benchmarks.server.cases import RequestGroup
from benchmarks.server.serving import Server
from benchmarks.variants import UNCHANGED

# Seconds of load before the measurement, so that every worker has filled its caches.
WARM_UP_SECONDS = 1


def load(server: Server, one: RequestGroup, seconds: int, connections: int) -> wrk.Load:
    """Run wrk; RuntimeError for an unexpected status."""
    expected, status = 304 if one.label == UNCHANGED else 200, status_of(server, one)
    if status != expected:
        raise RuntimeError(f"{one.case}, {one.label}: status {status}, not {expected}")
    return wrk.load(server.url, one.urls, one.headers, seconds, connections)


def status_of(server: Server, one: RequestGroup) -> int:
    """Return the status of a single request."""
    connection = HTTPConnection(urlsplit(server.url).netloc, timeout=60)
    connection.request("GET", one.urls[0], headers=one.headers)
    status = connection.getresponse().status
    connection.close()
    return status
