"""Remove tracking parameters from the URLs of a document."""

import re
from dataclasses import replace

from django.utils.html import escape

from digest.http.canonical import without_tracking
from digest.importing.parts import Part
from digest.importing.recognition import URL
from digest.importing.rich_text import trim_url, unescaped

CODE = re.compile(r"(<code>.*?</code>)")


def without_trackers(part: Part) -> Part:
    """Return a part whose URLs have no tracking parameters."""
    text = without_tracking_parameters(part.text)
    return replace(part, text=text, html=without_tracking_parameters(part.html, is_html=True))


def without_tracking_parameters(text: str, *, is_html: bool = False) -> str:
    """Return a text, or our HTML, with its URLs outside of code without tracking parameters."""

    def clean(found: re.Match[str]) -> str:
        url = trim_url(unescaped(found[0]) if is_html else found[0])
        cleaned = without_tracking(url)
        if cleaned == url:
            return found[0]
        return found[0].replace(*(map(escape, (url, cleaned)) if is_html else (url, cleaned)), 1)

    pieces = CODE.split(text) if is_html else [text]
    return "".join(
        piece if piece.startswith("<code>") else URL.sub(clean, piece) for piece in pieces
    )
