"""CACHES in the memory of each process, or in Redis, which processes share."""

import time
from collections.abc import Callable
from typing import Any, Self

from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError
from redis.retry import Retry

SCHEMES = ("redis://", "rediss://", "unix://")
# Entries in the memory of a process; a response can have a quarter of a megabyte.
MAX_ENTRIES = 500
# Seconds. A Redis that does not respond must not delay requests, so there are no retries.
TIMEOUT = 0.25
# Seconds without a request to Redis after one has failed
RETRY_AFTER = 5


class Pause(Retry):
    """Do not retry, and let calls fail at once for some seconds after a failure.

    A request makes several calls, and each would wait for the timeout.
    """

    def __init__(self) -> None:
        super().__init__(NoBackoff(), 0)
        self.retry_at = 0.0

    def __deepcopy__(self, memo: dict) -> Self:
        return self  # Each connection gets a copy, but the pause is that of all connections.

    def call_with_retry(self, do: Callable, fail: Callable, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() < self.retry_at:
            raise ConnectionError("Redis failed a few seconds ago")
        try:
            return super().call_with_retry(do, fail, *args, **kwargs)
        except self._supported_errors:
            self.retry_at = time.monotonic() + RETRY_AFTER
            raise


def caches(redis_url: str | None, timeout: float = TIMEOUT) -> dict[str, dict[str, Any]]:
    """Return CACHES: "default" for Django and Wagtail, and "digest" for cached responses."""
    if redis_url:
        if not redis_url.startswith(SCHEMES):
            raise SystemExit(f"REDIS_URL must begin with one of {' '.join(SCHEMES)}")
        pause = Pause()
        return {
            "default": _redis(redis_url, timeout, pause, is_silent=True),
            "digest": _redis(redis_url, timeout, pause, is_silent=False),
        }
    return {"default": _memory("default"), "digest": _memory("digest")}


def _memory(name: str) -> dict[str, Any]:
    return {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": name,
        "OPTIONS": {"MAX_ENTRIES": MAX_ENTRIES},
    }


def _redis(url: str, timeout: float, pause: Pause, is_silent: bool) -> dict[str, Any]:
    """Return a Redis cache; ``is_silent`` treats a failing Redis as an empty cache.

    "digest" needs the errors, because it backs off after one.
    """
    return {
        "BACKEND": "cms.redis_cache.SignedRedisCache",
        "LOCATION": url,
        "KEY_PREFIX": "signed",  # Entries of another format have other keys.
        "OPTIONS": {
            "IGNORE_EXCEPTIONS": is_silent,
            "SOCKET_CONNECT_TIMEOUT": timeout,
            "SOCKET_TIMEOUT": timeout,
            "CONNECTION_POOL_KWARGS": {"retry": pause},
            "SERIALIZER": "cms.redis_cache.SignedPickleSerializer",
        },
    }
