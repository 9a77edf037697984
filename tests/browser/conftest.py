"""Fixtures for tests in Chromium against a live server; skipped if Chromium is not installed."""

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
from django.test import Client, override_settings
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
    # No external requests: they fail, the page logs an error, and its test fails.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
TIMEOUT = 60_000  # milliseconds, for busy machines
# The one browser test of `make test`; the others run in `make test-all`.
FAST_TEST = "test_issue_is_composed_previewed_published_and_read"

# Serialises requests, and blocks them between tests: pages send several at once, and with SQLite in
# memory all threads share one connection.
request_lock = threading.Lock()


def serialize_requests(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable:
    """Return middleware that handles one request at a time."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with request_lock:
            return get_response(request)

    return middleware


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every browser test except ``FAST_TEST`` as slow."""
    for item in items:
        if item.get_closest_marker("browser") and item.name != FAST_TEST:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def chromium() -> tuple[Any, str]:
    """Return ``sync_playwright`` and the path of the system's Chromium."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    path = next((path for path in map(shutil.which, NAMES) if path), None)
    if path is None:
        pytest.skip(f"none of {', '.join(NAMES)} is on the PATH")
    sync_api.expect.set_options(timeout=TIMEOUT)
    return sync_api.sync_playwright, path


@pytest.fixture(scope="package")
def live_server(chromium: Any, django_db_setup: None) -> Iterator[LiveServer]:
    """Serve the site with its static files."""
    middleware = [f"{__name__}.serialize_requests", *settings.MIDDLEWARE]
    with override_settings(MIDDLEWARE=middleware):
        server = LiveServer("localhost")
    with request_lock:
        yield server
    server.stop()


@pytest.fixture
def site_url(live_server: LiveServer, django_db_serialized_rollback: None) -> Iterator[str]:
    """Return the URL of the site, and let it handle requests while the test runs.

    Live-server tests flush the database; the rows of the migrations are restored afterwards.
    """
    request_lock.release()
    yield live_server.url
    request_lock.acquire()


class BrowserWindows:
    """Open windows of one Chromium process, and collect the errors that their pages log."""

    def __init__(
        self, stack: ExitStack, chromium: tuple[Any, str], site_url: str, expected: list[str]
    ) -> None:
        self.stack, self.site_url, self.expected_errors = stack, site_url, expected
        self.start_playwright, self.path = chromium
        self.errors: list[str] = []

    @cached_property
    def browser(self) -> Any:
        """Start Chromium for the first window."""
        playwright = self.stack.enter_context(self.start_playwright())
        browser = playwright.chromium.launch(executable_path=self.path, args=FLAGS)
        return self.stack.enter_context(browser)

    def open(self, **options: Any) -> Any:
        """Open a window with its own cookies; relative URLs refer to the site."""
        options = {"base_url": self.site_url, "locale": "en-GB"} | options
        context = self.browser.new_context(**options)
        context.set_default_timeout(TIMEOUT)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        context.on("console", self.record_error)
        return context.new_page()

    def record_error(self, message: Any) -> None:
        """Record an error, except a 404 of the page itself or a 400 of its autosave."""
        is_failed_request = any(f"status of {code}" in message.text for code in (400, 404))
        is_expected = is_failed_request and message.location["url"] == message.page.url
        is_expected = is_expected or any(text in message.text for text in self.expected_errors)
        if message.type == "error" and not is_expected:
            self.errors.append(f"{message.text} {message.location['url']}")


@pytest.fixture
def expected_errors() -> list[str]:
    """Return parts of the errors that pages may log; test modules override it."""
    return []


@pytest.fixture
def open_page(
    chromium: Any, site_url: str, settings: LazySettings, expected_errors: list[str]
) -> Iterator[Callable]:
    """Return a function that opens a window; the test fails if a page in it logs an error.

    Set up the database before opening the first window: Playwright runs an event loop in the
    thread, in which Django forbids synchronous queries.
    """
    settings.WAGTAIL_ENABLE_UPDATE_CHECK = False  # both would request external servers
    settings.WAGTAIL_GRAVATAR_PROVIDER_URL = None
    with ExitStack() as stack:
        windows = BrowserWindows(stack, chromium, site_url, expected_errors)
        yield windows.open
    assert not windows.errors


@pytest.fixture
def digest(site_url: str, home_page: Page) -> DigestPage:
    return make_digest(home_page)


@pytest.fixture
def origin(site_url: str, settings: LazySettings) -> Iterator[str]:
    """Serve a frontend on another port, configure it for previews, and return its origin."""
    with frontend(site_url) as url:
        settings.DIGEST_PREVIEW_URLS = {"http://localhost": f"{url}/preview?token={{token}}"}
        yield url


@pytest.fixture
def open_editor(open_page: Callable, digest: DigestPage, site_url: str) -> Callable:
    """Return a function that opens the admin for an editor with publish permission."""
    from tests.browser.editor import Editor

    def open_editor() -> Editor:
        user = User.objects.create_user("edith", password="a-good-password")
        user.groups.add(Group.objects.get(name="Moderators"))
        cookie = session_cookie(user)
        editor = Editor(open_page(viewport={"width": 1280, "height": 800}))
        editor.page.context.add_cookies([cookie | {"url": site_url}])
        editor.page.goto("/admin/")
        return editor

    return open_editor


def session_cookie(user: User) -> dict[str, str]:
    """Sign a user in without the form, and return the cookie for Playwright."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value}
