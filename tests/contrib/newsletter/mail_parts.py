"""What readers of a mail see: its words and links, in each of its two parts."""

import re
from html.parser import HTMLParser
from typing import Any

URL = re.compile(r"(?:https?://|mailto:)[^\s<>]+")


class Part(HTMLParser):
    """Collects elements and texts of an HTML part."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        self._open = tag
        self.texts.append(dict(attributes).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        self._open = None

    def handle_data(self, data: str) -> None:
        if self._open != "style":
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(self.texts)

    @property
    def links(self) -> list[str]:
        return [attributes["href"] for tag, attributes in self.elements if "href" in attributes]

    def attributes_of(self, tag: str) -> list[dict[str, Any]]:
        return [attributes for name, attributes in self.elements if name == tag]


def links_in_text(text: str) -> list[str]:
    return URL.findall(text)


def words(text: str) -> list[str]:
    """Return the words of a text, without URLs and punctuation."""
    return re.findall(r"\w+", URL.sub(" ", text))
