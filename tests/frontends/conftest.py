"""The sample site with its frontend, an editor in the admin, and readers in Chromium."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.browser.conftest import FLAGS, TIMEOUT, BrowserWindows, chromium
from tests.frontends.site import Site

__all__ = ["chromium"]

DESKTOP = {"width": 1280, "height": 800}


@pytest.fixture(scope="session")
def served(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the sample site and its frontend while the tests run."""
    with Site(tmp_path_factory.mktemp("site")).running() as site:
        yield site


@pytest.fixture(scope="session")
def browser(chromium: Any) -> Iterator[Any]:
    """Start one Chromium for all tests."""
    start_playwright, path = chromium
    with start_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def expected_errors() -> list[str]:
    """Return parts of the errors that pages may log; tests override or extend it."""
    return []


@pytest.fixture
def open_page(
    browser: Any, chromium: Any, served: Site, expected_errors: list[str]
) -> Iterator[Callable]:
    """Return a function that opens a window; the test fails if a page in it logs an error."""
    with ExitStack() as stack:
        windows = BrowserWindows(stack, chromium, served.frontend_url, expected_errors)
        windows.browser = browser
        opened = []

        def open_page(**options: Any) -> Any:
            opened.append(windows.open(**options))
            return opened[-1]

        yield open_page
        for page in opened:
            page.context.close()
    assert not windows.errors


@pytest.fixture
def reader(open_page: Callable) -> Any:
    """Open a window of a reader of the frontend."""
    return open_page(viewport=DESKTOP)


@pytest.fixture(scope="session")
def signed_in(browser: Any, served: Site) -> dict[str, Any]:
    """Sign the editor in, and return the cookies."""
    from tests.browser.editor import Editor

    context = browser.new_context(base_url=served.url, locale="en-GB")
    Editor(context.new_page()).sign_in("editor", served.password)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def editor(browser: Any, served: Site, signed_in: dict[str, Any]) -> Iterator[Any]:
    """Open the admin."""
    from tests.browser.editor import Editor

    context = browser.new_context(
        base_url=served.url, locale="en-GB", storage_state=signed_in, viewport=DESKTOP
    )
    context.set_default_timeout(TIMEOUT)
    yield Editor(context.new_page())
    context.close()
