"""Signed tokens of the links in letters: for which purpose, for which row, and since when.

A token counts from the time of its letter, so that a letter that is sent again has the same one.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from django.core.signing import BadSignature, Signer
from django.utils import timezone

MAX_LENGTH = 200


class Purpose(StrEnum):
    CONFIRM = "confirm"
    PREFERENCES = "preferences"
    BLOCK = "block"


LIFETIMES = {
    Purpose.CONFIRM: timedelta(hours=48),
    Purpose.PREFERENCES: timedelta(hours=24),
    Purpose.BLOCK: timedelta(days=3650),
}


class InvalidToken(ValueError):
    """The token has expired, has another purpose, or is none."""


class Token(NamedTuple):
    """The primary key of a row, the counter that the row had, and the time of expiry."""

    pk: int
    counter: int
    expires_at: datetime


def make(purpose: Purpose, pk: int, counter: int, created_at: datetime) -> str:
    """Return a token for a row, whose lifetime begins at ``created_at``."""
    return _signer(purpose).sign_object([pk, counter, int(created_at.timestamp())])


def read(purpose: Purpose, text: str) -> Token:
    """Return the contents of a token; raise InvalidToken."""
    if len(text) > MAX_LENGTH:
        raise InvalidToken
    try:
        pk, counter, created_at = _signer(purpose).unsign_object(text)
    except BadSignature as error:
        raise InvalidToken from error
    expires_at = datetime.fromtimestamp(created_at, UTC) + LIFETIMES[purpose]
    if expires_at <= timezone.now():
        raise InvalidToken
    return Token(pk, counter, expires_at)


def _signer(purpose: Purpose) -> Signer:
    return Signer(salt=f"digest.newsletter.{purpose}")
