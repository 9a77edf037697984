"""API keys as text: ``digest_``, random base62 characters, and a checksum of both.

The format is that of Wagtail's API tokens with another prefix, so scanners for leaked secrets find
them, and a mistyped key is refused without a query.
"""

import secrets
import zlib
from collections.abc import Iterator

from django.conf import settings
from django.core.signing import b62_encode
from django.utils.crypto import salted_hmac

PREFIX = "digest_"
SALT = "digest.submissions.key"
SECRET_BITS = 160
SECRET_LENGTH = 27  # characters of base62 for these bits
CHECKSUM_LENGTH = 6  # and for 32 bits
# What is stored and shown: the prefix, and the first characters of the secret.
SHOWN_LENGTH = len(PREFIX) + 4


def new_key() -> str:
    secret = b62_encode(secrets.randbits(SECRET_BITS)).zfill(SECRET_LENGTH)
    return f"{PREFIX}{secret}{_checksum(secret)}"


def is_well_formed(key: str) -> bool:
    """Return whether a text can be a key at all, without a query."""
    body = key.removeprefix(PREFIX)
    if body == key or len(body) != SECRET_LENGTH + CHECKSUM_LENGTH or not body.isascii():
        return False
    secret, checksum = body[:SECRET_LENGTH], body[SECRET_LENGTH:]
    return secret.isalnum() and secrets.compare_digest(checksum, _checksum(secret))


def hash_key(key: str, secret_key: str | None = None) -> str:
    return salted_hmac(SALT, key, secret=secret_key, algorithm="sha256").hexdigest()


def possible_hashes(key: str) -> Iterator[str]:
    """Yield the hashes of a key with ``SECRET_KEY`` and with each of its fallbacks."""
    for secret_key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        yield hash_key(key, secret_key)


def _checksum(secret: str) -> str:
    return b62_encode(zlib.crc32(f"{PREFIX}{secret}".encode())).zfill(CHECKSUM_LENGTH)
