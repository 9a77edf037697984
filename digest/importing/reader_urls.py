"""Recognise URLs that identify the reader of a mail by themselves, whatever the mail around them.

These are keys that a program made, e-mail addresses in parameters, and links through services that
count clicks.
"""

import re
from base64 import b64decode
from collections.abc import Iterator
from urllib.parse import SplitResult, parse_qsl, unquote

from digest.http.canonical import split_url, without_parameters
from digest.importing.recognition import EMAIL

MIN_TOKEN, MIN_BLOB = 6, 48
# Ids of shared calendars: without one, a link leads to the reader's own calendar.
CALENDAR = "@group.calendar.google.com"
CHANGES = re.compile(r"(?<=[a-zA-Z])(?=\d)|(?<=\d)(?=[a-zA-Z])|(?<=[a-z])(?=[A-Z])")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
NUMBER = re.compile(r"(?!(?:19|20)\d{6}$)\d{6,}")
# Of both alphabets; dots separate the parts of a token.
BASE64 = re.compile(r"[\w+/-]{8,}", re.ASCII)
URL_SAFE = str.maketrans("-_", "+/")
WORD = re.compile(r"[\w.+@-]+")
# How services that count clicks name their hosts and paths. The last label of a host is no name.
CLICK_HOST = re.compile(
    r"(?:^|[.-])(?:clicks?|links?|e?mail|track(?:ing)?|trk|redir(?:ect)?)[.-].*\."
)
CLICK_PATH = re.compile(
    r"/(?:clicks?(?:thru|through|track)?|redir(?:ects?)?|trk)(?=[/.]|$)|/(?:ss|ls)/\w{1,8}(?=/|$)",
    re.IGNORECASE,
)
MIN_CLICK_TOKEN, MIN_CLICK_CHANGES = 16, 4
SLUG = re.compile(r"[a-z]{2,}(?:[-_][a-z\d]+){2,}(?:\.\w+)?|[\w-]+\.(?:html?|php|aspx?|pdf)")


def is_opaque(text: str) -> bool:
    """Return whether a piece of a URL looks like a key that was made by a program."""
    if UUID.fullmatch(text) or EMAIL.fullmatch(text):
        return True
    return any(
        len(piece) >= MIN_TOKEN and len(CHANGES.findall(piece)) >= 2
        for piece in re.split(r"[-._~=:,]", text)
    )


def tokens_of(url: str) -> Iterator[str]:
    """Yield the pieces of a URL that may identify a reader."""
    parts = split_url(url)
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
    """Return whether a value is an e-mail address; services encode it once or twice, or in base64,
    alone or with other data."""
    value = unquote(value).strip(" <>")
    return is_of_a_person(value) or any(map(has_address, BASE64.findall(value)))


def is_of_a_person(text: str) -> bool:
    """Return whether a text is an e-mail address, and not the id of a calendar that looks so."""
    return bool(EMAIL.fullmatch(text)) and not text.lower().endswith(CALENDAR)


def has_address(encoded: str) -> bool:
    """Return whether a text in base64 contains an e-mail address."""
    standard = encoded.translate(URL_SAFE)
    try:
        text = b64decode(standard + "=" * (-len(standard) % 4)).decode()
    except ValueError:
        return False
    return any(map(is_of_a_person, WORD.findall(text)))


def without_click_tracker(url: str) -> str:
    """Return the target of a link through a click tracker, or "" if it does not show.

    Other URLs are returned as they are.
    """
    parts = split_url(url)
    if not is_click_tracker(parts):
        return url
    targets = (value for _, value in parse_qsl(parts.query))
    return next((target for target in targets if target.startswith(("http://", "https://"))), "")


def is_click_tracker(parts: SplitResult) -> bool:
    """Return whether a URL says that it counts clicks, and is mostly a key that nobody can read."""
    if not (CLICK_HOST.search(parts.netloc) or CLICK_PATH.search(parts.path)):
        return False
    path = unquote(CLICK_PATH.sub("", parts.path))
    values = [value for _, value in parse_qsl(parts.query) if "://" not in value]
    pieces = [piece for piece in [*path.split("/"), *values] if piece]
    if any(map(SLUG.fullmatch, path.split("/"))) or not any(map(is_click_token, pieces)):
        return False
    opaque = sum(len(piece) for piece in pieces if is_opaque(piece) or is_click_token(piece))
    return 2 * opaque >= sum(map(len, pieces))


def is_click_token(text: str) -> bool:
    """Return whether a piece of a URL is a long key, as no name of a page is."""
    if UUID.fullmatch(text):
        return True
    mixed = len(CHANGES.findall(text)) >= MIN_CLICK_CHANGES and any(map(str.isdigit, text))
    return mixed and len(text) >= MIN_CLICK_TOKEN
