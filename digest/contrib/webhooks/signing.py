"""Signatures by Standard Webhooks 1.0.0 (https://www.standardwebhooks.com/).

A secret is derived from a nonce, which is stored, and from ``SECRET_KEY``, which is not in the
database: a stolen backup cannot sign.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.utils.crypto import salted_hmac

SALT = "digest.webhooks.secret"
PREFIX = "whsec_"


def new_nonce() -> str:
    return secrets.token_hex(24)


def secret(nonce: str, secret_key: str | None = None) -> str:
    """Return the secret of a nonce, as receivers configure it."""
    return PREFIX + base64.b64encode(_key(nonce, secret_key)).decode()


def signatures(nonces: Iterable[str], message_id: str, timestamp: int, body: bytes) -> str:
    """Return the value of ``webhook-signature``: one for each secret that may be in use."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return " ".join(_signature(key, signed) for key in _keys(nonces))


def _keys(nonces: Iterable[str]) -> Iterator[bytes]:
    for nonce in nonces:
        for secret_key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
            yield _key(nonce, secret_key)


def _key(nonce: str, secret_key: str | None = None) -> bytes:
    return salted_hmac(SALT, nonce, secret=secret_key, algorithm="sha256").digest()


def _signature(key: bytes, signed: bytes) -> str:
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"
