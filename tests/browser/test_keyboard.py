"""Tab reaches each control of readers' pages and of the screens of the admin that are new to it.

It is in view, has a name, shows the focus, and does not hold it. What the keys do is tested where
the feature is: ``test_import.py``, ``test_paste_links.py``, ``test_checklist.py`` and others.
"""

from importlib import import_module
from typing import Any

import pytest

from tests.browser.editor import Editor
from tests.browser.screen_content import make_content
from tests.browser.screens import ADMIN, READERS
from tests.browser.walk import walk

pytest.importorskip("axe_playwright_python")
axe = import_module("tests.browser.axe")
pytestmark = pytest.mark.browser

NOT_OURS = ["documentation of the API"]
# Pages of their own, without the frame of the site.
WITHOUT_FRAME = ["server error", "errors of the API"]
PARTS = {
    "dashboard": ".digest-import-home",
    "issue, checklist": "[data-side-panel=checklist]",
    "issue, submission": "[data-side-panel=submission]",
    "issues": "main",
    "import": "main",
    "import, review": "main",
    "import, split": "main",
    "import, nothing understood": "main",
    "preview links": "main",
    "share a preview": "main",
    "shared preview": "main",
    "submissions": "main",
    "keys": "main",
    "key, new": "main",
    "key, made": "main",
    "key, revoke": "main",
}


@pytest.fixture
def expected_errors() -> list[str]:
    """Return that of the frame with a mail, in which not even Playwright runs scripts."""
    return ["Blocked script execution"]


@pytest.fixture
def content(home_page, digest, site_url) -> dict[str, Any]:
    return make_content(home_page, digest, site_url)


@pytest.fixture
def page(content, open_page) -> Any:
    return open_page(viewport=axe.DESKTOP, reduced_motion="reduce")


def test_readers_pages_work_by_keyboard(page, content, subtests):
    for screen in READERS:
        if screen.name in NOT_OURS:
            continue
        with subtests.test(screen.name):
            screen.open(page, content)
            page.evaluate(axe.STOP_TRANSITIONS)
            found = walk(page)
            assert found.problems == []
            if screen.name not in WITHOUT_FRAME:
                assert found.names[0] == "Skip to content"


def test_screens_of_the_admin_work_by_keyboard(page, content, subtests):
    Editor(page).sign_in("edith", "a-good-password")
    for screen in ADMIN:
        if screen.name in PARTS:
            with subtests.test(screen.name):
                screen.open(page, content)
                page.evaluate(axe.STOP_TRANSITIONS)
                assert walk(page, PARTS[screen.name]).problems == []
