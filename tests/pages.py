"""Reads the readers' pages in tests."""

from typing import Any

from bs4 import BeautifulSoup

from tests.builders import block, body, make_image, make_issue, source, story


def read(client: Any, url: str) -> BeautifulSoup:
    """The page at an address, as the client's user gets it."""
    response = client.get(url)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "lxml")


def texts(page: BeautifulSoup, selector: str) -> list[str]:
    """What a reader reads in each element that the selector finds."""
    return [" ".join(found.get_text().split()) for found in page.select(selector)]


def make_full_issue(digest: Any) -> Any:
    """An issue with everything in it, between two others."""
    make_issue(digest, 13, title="The day before")
    blocks = [
        story("Grids agree", sources=[source(title="A report", url="https://example.com/report")]),
        story("Grids agree", why_it_matters=""),
        block("bottom_line", text="<p>Shared data counts.</p>"),
        block("sources", items=[source(title="Minutes", publisher="Port Authority")]),
    ]
    fields = {"body": body(*blocks, summary="All in brief."), "image": make_image("A grid")}
    issue = make_issue(digest, 14, title="Three grids", tags=("Power", "Open data"), **fields)
    make_issue(digest, 15, title="The day after")
    return issue
