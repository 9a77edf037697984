"""Reads the readers' pages in tests."""

from typing import Any

from bs4 import BeautifulSoup


def read(client: Any, url: str) -> BeautifulSoup:
    """The page at an address, as the client's user gets it."""
    response = client.get(url)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "lxml")


def texts(page: BeautifulSoup, selector: str) -> list[str]:
    """What a reader reads in each element that the selector finds."""
    return [" ".join(found.get_text().split()) for found in page.select(selector)]
