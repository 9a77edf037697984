"""Helpers that read the search page."""

from typing import Any
from urllib.parse import urlencode

from bs4 import BeautifulSoup

from tests.html import read, texts


def search(client: Any, query: str, **params: Any) -> BeautifulSoup:
    """Return the search page for a query; a parameter may have several values."""
    return read(client, f"/search/?{urlencode({'q': query, **params}, doseq=True)}")


def follow(client: Any, link: Any) -> BeautifulSoup:
    """Return the page behind a link on the search page."""
    return read(client, f"/search/{link['href']}")


def titles(page: BeautifulSoup) -> list[str]:
    """Return the titles of the results, in order."""
    return texts(page, "article h3")


def text_of(page: BeautifulSoup) -> str:
    """Return the text of the page, in one line."""
    return " ".join(page.main.get_text().split())
