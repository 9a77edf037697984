"""Reads the search page in tests."""

from typing import Any
from urllib.parse import urlencode

from bs4 import BeautifulSoup

from tests.html import read, texts


def search(client: Any, query: str, **params: Any) -> BeautifulSoup:
    """The search page for a query; a parameter may have several values."""
    return read(client, f"/search/?{urlencode({'q': query, **params}, doseq=True)}")


def follow(client: Any, link: Any) -> BeautifulSoup:
    """The page that a link on the search page leads to."""
    return read(client, f"/search/{link['href']}")


def titles(page: BeautifulSoup) -> list[str]:
    """The titles of the results, in their order."""
    return texts(page, "article h3")


def said(page: BeautifulSoup) -> str:
    """All that the page says, in one line."""
    return " ".join(page.main.get_text().split())
