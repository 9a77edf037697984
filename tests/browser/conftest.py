"""A real browser in front of a real server; skipped where there is no Chromium."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cached_property
from typing import Any

import pytest
from django.conf import LazySettings, settings
from django.contrib.auth.models import Group, User
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from pytest_django.live_server_helper import LiveServer
from wagtail.models import Page

from digest.models import DigestPage
from tests.browser.frontend import frontend
from tests.builders import make_digest

NAMES = ["chromium", "chromium-browser", "google-chrome"]
FLAGS = [
    "--no-sandbox",  # the tests may run as root
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Nothing leaves the machine: a page that asks for more logs an error, and fails its test.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
]
TIMEOUT = 60_000  # milliseconds: a busy machine may take its time
# The one browser test of `make test`; the others run in `make test-all`.
WALK = "test_issue_is_composed_previewed_published_and_read"

# Held by the request that is being answered; between two tests nobody's request is. An editor's
# page sends several at once, and with SQLite in memory all threads share one connection.
turn = threading.Lock()


def in_turn(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable:
    """Middleware that answers one request at a time."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with turn:
            return get_response(request)

    return middleware


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every browser test but the walk as slow."""
    for item in items:
        if item.get_closest_marker("browser") and item.name != WALK:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def chromium() -> tuple[Any, str]:
    """Playwright's starter, and where the system's Chromium is."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    path = next((path for path in map(shutil.which, NAMES) if path), None)
    if path is None:
        pytest.skip(f"none of {', '.join(NAMES)} is on the PATH")
    sync_api.expect.set_options(timeout=TIMEOUT)
    return sync_api.sync_playwright, path


@pytest.fixture(scope="package")
def live_server(chromium: Any, django_db_setup: None) -> Iterator[LiveServer]:
    """The site on a port of this machine, static files included."""
    middleware = [f"{__name__}.in_turn", *settings.MIDDLEWARE]
    with override_settings(MIDDLEWARE=middleware):
        server = LiveServer("localhost")
    with turn:
        yield server
    server.stop()


@pytest.fixture
def address(live_server: LiveServer, django_db_serialized_rollback: None) -> Iterator[str]:
    """The address of the site, which answers while the test runs.

    A test with a server empties the database, so it gets back what the migrations put there.
    """
    turn.release()
    yield live_server.url
    turn.acquire()


class Windows:
    """Opens windows of one Chromium, and notes the errors that their pages log."""

    def __init__(self, stack: ExitStack, chromium: tuple[Any, str], address: str) -> None:
        self.stack, self.address = stack, address
        self.start_playwright, self.path = chromium
        self.errors: list[str] = []

    @cached_property
    def browser(self) -> Any:
        """Chromium, started with the first window."""
        playwright = self.stack.enter_context(self.start_playwright())
        browser = playwright.chromium.launch(executable_path=self.path, args=FLAGS)
        return self.stack.enter_context(browser)

    def open(self, **options: Any) -> Any:
        """Open a window with cookies of its own; paths are those of the site."""
        context = self.browser.new_context(base_url=self.address, locale="en-GB", **options)
        context.set_default_timeout(TIMEOUT)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        context.on("console", self.note)
        return context.new_page()

    def note(self, line: Any) -> None:
        """Keep an error, unless it is that the page itself does not exist, or takes no autosave."""
        refused = any(f"status of {code}" in line.text for code in (400, 404))
        of_page_itself = refused and line.location["url"] == line.page.url
        if line.type == "error" and not of_page_itself:
            self.errors.append(f"{line.text} {line.location['url']}")


@pytest.fixture
def open_page(chromium: Any, address: str, settings: LazySettings) -> Iterator[Callable]:
    """Open a window; the test fails if a page in it logs an error.

    Django refuses the database to the test from the first window on (Playwright keeps an event
    loop in the thread), so that comes last in what a test arranges.
    """
    settings.WAGTAIL_ENABLE_UPDATE_CHECK = False  # these two ask servers elsewhere
    settings.WAGTAIL_GRAVATAR_PROVIDER_URL = None
    with ExitStack() as stack:
        windows = Windows(stack, chromium, address)
        yield windows.open
    assert not windows.errors


@pytest.fixture
def digest(address: str, home_page: Page) -> DigestPage:
    """A digest without issues."""
    return make_digest(home_page)


@pytest.fixture
def origin(address: str, settings: LazySettings) -> Iterator[str]:
    """The address of a frontend on another port, to which previews lead."""
    with frontend(address) as url:
        settings.DIGEST_PREVIEW_URLS = {"http://localhost": f"{url}/preview?token={{token}}"}
        yield url


@pytest.fixture
def open_desk(open_page: Callable, digest: DigestPage) -> Callable:
    """Sign in an editor who may publish, at a desk of 1280 by 800 pixels."""
    from tests.browser.desk import Desk

    def open_desk() -> Desk:
        user = User.objects.create_user("edith", password="a-good-password")
        user.groups.add(Group.objects.get(name="Moderators"))
        desk = Desk(open_page(viewport={"width": 1280, "height": 800}))
        desk.sign_in("edith", "a-good-password")
        return desk

    return open_desk
