"""Run the site and a reverse proxy, each on a free port."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.contrib.contenttypes.models import ContentType
from pytest_django.live_server_helper import LiveServer
from wagtail.models import Locale, Page, Site

from digest.caching import triggers
from home.models import HomePage
from tests.builders import make_digest, make_issue
from tests.http.servers import Server, running

DEPLOY = Path(__file__).resolve().parents[2] / "docs" / "deploy"
TIMEOUT = 30  # seconds: a busy machine is slow


class Response(NamedTuple):
    status: int
    headers: dict[str, str]
    text: str

    @property
    def is_hit(self) -> bool:
        """Check whether the proxy served it from its cache."""
        return self.headers.get("x-cache", "").lower() in ("hit", "stale", "updating")


class Proxy:
    """The process of a reverse proxy, and a client for it."""

    def __init__(self, command: list[str], port: int, folder: Path) -> None:
        self.port = port
        log = (folder / "proxy.log").open("wb")
        self.process = subprocess.Popen(command, stdout=log, stderr=log)
        end = time.monotonic() + TIMEOUT
        while time.monotonic() < end and self.process.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return
            time.sleep(0.05)
        raise TimeoutError((folder / "proxy.log").read_text(encoding="utf-8", errors="replace"))

    def request(self, path: str, method: str = "GET", **headers: str) -> Response:
        """Send a request for localhost, the host of the site in tests."""
        named = {name.replace("_", "-").title(): value for name, value in headers.items()}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        try:
            connection.request(method, path, headers={"Host": "localhost"} | named)
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Response(response.status, found, response.read().decode("utf-8", "replace"))
        finally:
            connection.close()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(TIMEOUT)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def program(name: str) -> str | None:
    """Find a program; servers are not always on the PATH of users."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


def make_site() -> None:
    """Create a site: earlier tests have flushed the rows of migrations."""
    ContentType.objects.clear_cache()
    triggers.install_triggers("default")
    Locale.objects.get_or_create(language_code="en")
    root = Page.get_first_root_node() or Page.add_root(instance=Page(title="Root", slug="root"))
    home = root.get_children().first() or root.add_child(
        instance=HomePage(title="Home", slug="home")
    )
    site = Site.objects.first() or Site(is_default_site=True, hostname="localhost")
    site.root_page = home
    site.save()


@pytest.fixture
def server(transactional_db: None) -> Iterator[LiveServer]:
    """Run the site on a port."""
    make_site()
    server = LiveServer("127.0.0.1")
    yield server
    server.stop()


@pytest.fixture
def issue(server: LiveServer) -> Any:
    """Return a published issue, at /daily/2026-04-14/."""
    home = Site.objects.get().root_page
    return make_issue(make_digest(home, "daily"), slug="2026-04-14", title="First title")


@pytest.fixture
def other_site() -> Iterator[Server]:
    """Run a server with responses that a test sets, instead of the site."""
    with running() as server:
        yield server
