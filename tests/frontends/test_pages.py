"""Every template meets WCAG 2.2 AA as far as axe can tell, fits all screens, and is light."""

from typing import Any

import pytest

pytest.importorskip("axe_playwright_python")
from tests.browser import axe
from tests.frontends.writing import mistype

pytestmark = pytest.mark.browser

ISSUE = "/signals/2026-11-20/"
LONG_QUERY = "+".join(map(str, range(30)))
# One path for each template, and for each of its states.
INDEXED = ["/", "/signals/", ISSUE, "/tags/", "/tags/energy/", "/archive/", "/archive/2026/"]
OTHERS = [
    "/search/",
    "/search/?q=city",
    "/search/?q=city&digest=kerbside",
    "/search/?q=electricty",
    "/search/?q=zzxxqq",
    f"/search/?q={LONG_QUERY}",
    "/subscribe/signals/",
    "/subscribe/signals/sent/",
    "/preview/no-such-token/",
    "/no-such-page/",
]
WIDTHS = [320, 768, 1280]
KILOBYTE = 1000
META = """() => ({
  title: document.title,
  description: document.querySelector("meta[name=description]")?.content,
  canonical: document.querySelector("link[rel=canonical]")?.href,
  headings: [...document.querySelectorAll("h1")].map((heading) => heading.textContent.trim()),
})"""


@pytest.fixture
def expected_errors() -> list[str]:
    """Return that of a query that is too long: the page itself is a 400."""
    return ["status of 400"]


@pytest.mark.parametrize("path", [*INDEXED, *OTHERS])
def test_page_meets_wcag(reader, path):
    reader.goto(path)
    assert violations(reader) == {}


def test_rejected_sign_up_meets_wcag(reader):
    mistype(reader)
    assert violations(reader) == {}


def test_suggestions_meet_wcag(reader):
    reader.goto("/")
    reader.get_by_role("combobox").first.press_sequentially("gri")
    reader.get_by_role("option").first.wait_for()
    reader.keyboard.press("ArrowDown")
    assert violations(reader) == {}


def violations(page: Any) -> dict[str, list[str]]:
    """Return what axe finds in each mode: light, dark from right to left, and forced colours."""
    checker = axe.Checker(page, known=[])
    found = {mode: checker.violations(None) for mode in axe.in_modes(page)}
    return {mode: nodes for mode, nodes in found.items() if nodes}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", [*INDEXED, *OTHERS])
def test_page_does_not_scroll_sideways(reader, path, width):
    reader.set_viewport_size({"width": width, "height": 800})
    reader.goto(path)
    assert reader.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", INDEXED)
def test_page_is_light(reader, path):
    sizes = dict.fromkeys(("document", "stylesheet", "script", "font", "fetch", "xhr"), 0)
    responses: list[Any] = []
    reader.on("response", lambda response: responses.append(response))
    reader.goto(path, wait_until="networkidle")
    for response in responses:
        if response.request.resource_type in sizes:
            sizes[response.request.resource_type] += len(response.body())
    assert sizes["script"] <= 10 * KILOBYTE
    assert sum(sizes.values()) <= 60 * KILOBYTE


def test_pages_describe_themselves(reader):
    found = []
    for path in INDEXED:
        reader.goto(path)
        found.append(meta := reader.evaluate(META))
        assert len(meta["headings"]) == 1
        assert meta["canonical"] == reader.url
        assert meta["description"]
    for name in ("title", "description"):
        assert len({meta[name] for meta in found}) == len(INDEXED)


def test_no_page_requests_another_host(reader, served):
    own = {served.frontend_url, served.url}
    requested: list[str] = []
    reader.on("request", lambda request: requested.append(request.url))
    for path in [*INDEXED, *OTHERS]:
        reader.goto(path, wait_until="networkidle")
    assert [url for url in requested if not url.startswith(tuple(own))] == []
