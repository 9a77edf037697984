"""Read public pages in tests."""

from typing import Any

from bs4 import BeautifulSoup


def read(client: Any, url: str) -> BeautifulSoup:
    """Request a URL, and parse its HTML."""
    response = client.get(url)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "lxml")


def texts(page: BeautifulSoup, selector: str) -> list[str]:
    """Return the text of each element that matches a selector."""
    return [" ".join(found.get_text().split()) for found in page.select(selector)]
