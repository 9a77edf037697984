"""Cache values that many responses read, such as sites, in the process for one content version.

A response takes the values of its content version (``digest.caching.content_version``). What it
has read itself is stored once the content is certain not to have changed meanwhile. So a change
shows in the next response, in every process and on every replica.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

# A client can choose some keys, such as the host.
MAX_VALUES = 1000
# Seconds: a site's own model managers may filter by something else than content, such as the time.
MAX_AGE = 60

Values = dict[Any, Any]


@dataclass
class Reading:
    """Collect what one response reads, apart from what is cached."""

    version: str
    cached: Values
    new: Values = field(default_factory=dict)

    def once(self, key: Any, read: Callable[[], Any]) -> Any:
        for values in (self.cached, self.new):
            if key in values:
                return values[key]
        value = self.new[key] = read()
        return value

    def store(self) -> None:
        """Cache what was read. Call it if the content version is still the same."""
        if self.new:
            _latest.add(self.version, self.new)


class _Latest:
    """Cache the values of the content version that was confirmed last."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.state: tuple[str, Values, float] = "", {}, 0.0

    def get(self, version: str) -> Values:
        return self._current(version)[1]

    def add(self, version: str, new: Values) -> None:
        _version, values, until = self._current(version)
        self.state = version, new if len(values) >= MAX_VALUES else values | new, until

    def _current(self, version: str) -> tuple[str, Values, float]:
        # In one attribute, since other threads change it.
        state, now = self.state, time.monotonic()
        is_current = state[0] == version and now < state[2]
        return state if is_current else (version, {}, now + MAX_AGE)


_latest = _Latest()
clear = _latest.clear
_reading: ContextVar[Reading | None] = ContextVar("digest_reading", default=None)


@contextmanager
def reading(version: str | None) -> Iterator[Reading]:
    """Read under a content version inside; with None, nothing is cached.

    The caller stores what was read (``Reading.store``).
    """
    before = _reading.get()
    try:
        yield start(version)
    finally:
        _reading.set(before)


def start(version: str | None) -> Reading:
    """Read under a content version from now to the end of ``reading``."""
    found = Reading(version or "", _latest.get(version) if version else {})
    _reading.set(found if version else None)
    return found


def is_active() -> bool:
    return _reading.get() is not None


def once(key: Any, read: Callable[[], Any]) -> Any:
    """Return what ``read`` returns, read once for each content version.

    It must depend on nothing but the key, the settings and what readers could see. Callers share
    the value, and must not change it.
    """
    found = _reading.get()
    return found.once(key, read) if found else read()
