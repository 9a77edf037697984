"""CACHES in the memory of each process, or in Redis, which processes share."""

from typing import Any

from redis.backoff import NoBackoff
from redis.retry import Retry

SCHEMES = ("redis://", "rediss://", "unix://")
# Entries in the memory of a process; a response can have a quarter of a megabyte.
MAX_ENTRIES = 500
# Seconds. A Redis that does not respond must not delay requests, so there are no retries.
TIMEOUT = 0.25


def caches(redis_url: str | None, timeout: float = TIMEOUT) -> dict[str, dict[str, Any]]:
    """Return CACHES: "default" for Django and Wagtail, and "digest" for cached responses."""
    if redis_url:
        if not redis_url.startswith(SCHEMES):
            raise SystemExit(f"REDIS_URL must begin with one of {' '.join(SCHEMES)}")
        return {
            "default": _redis(redis_url, timeout, is_silent=True),
            "digest": _redis(redis_url, timeout, is_silent=False),
        }
    return {"default": _memory("default"), "digest": _memory("digest")}


def _memory(name: str) -> dict[str, Any]:
    return {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": name,
        "OPTIONS": {"MAX_ENTRIES": MAX_ENTRIES},
    }


def _redis(url: str, timeout: float, is_silent: bool) -> dict[str, Any]:
    """Return a Redis cache; ``is_silent`` treats a failing Redis as an empty cache.

    "digest" needs the errors, because it backs off after one.
    """
    return {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": url,
        "OPTIONS": {
            "IGNORE_EXCEPTIONS": is_silent,
            "SOCKET_CONNECT_TIMEOUT": timeout,
            "SOCKET_TIMEOUT": timeout,
            "CONNECTION_POOL_KWARGS": {"retry": Retry(NoBackoff(), 0)},
        },
    }
