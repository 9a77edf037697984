"""Recognise URLs that identify the reader of a mail by themselves, whatever the mail around them.

These are keys that a program made, e-mail addresses in parameters, and links through a service
that counts clicks.
"""

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from digest.http.canonical import without_parameters

MIN_TOKEN, MIN_BLOB = 6, 48
CHANGES = re.compile(r"(?<=[a-zA-Z])(?=\d)|(?<=\d)(?=[a-zA-Z])|(?<=[a-z])(?=[A-Z])")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
NUMBER = re.compile(r"(?!(?:19|20)\d{6}$)\d{6,}")
ADDRESS = re.compile(r"[^\s@/]+@[^\s@/]+\.\w+")
MAIL_ADDRESS = re.compile(r"<?[^\s@/<>]+@[^\s@/<>]+\.[^\W\d_]{2,}>?")


def split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def is_opaque(text: str) -> bool:
    """Return whether a piece of a URL looks like a key that was made by a program."""
    if UUID.fullmatch(text) or ADDRESS.fullmatch(text):
        return True
    return any(
        len(piece) >= MIN_TOKEN and len(CHANGES.findall(piece)) >= 2
        for piece in re.split(r"[-._~=:,]", text)
    )


def tokens_of(url: str) -> Iterator[str]:
    """Yield the pieces of a URL that may identify a reader."""
    parts = split(url)
    if parts is None:
        return
    yield from (piece for piece in unquote(parts.path).split("/") if is_opaque(piece))
    for _, value in parse_qsl(parts.query):
        if "://" not in value and (is_opaque(value) or NUMBER.fullmatch(value)):
            yield value


def has_blob(url: str) -> bool:
    return any(len(token) >= MIN_BLOB for token in tokens_of(url))


def without_address(url: str) -> str:
    """Return a URL without the parameters whose value is an e-mail address."""
    if not url.lower().startswith("http"):
        return url
    return without_parameters(url, lambda _, value: is_address(value))


def is_address(value: str) -> bool:
    """Return whether a value is an e-mail address; services encode it once or twice."""
    return bool(MAIL_ADDRESS.fullmatch(unquote(value).strip()))
