"""A cache that fails, and many requests at once for one response."""

import logging
import threading
from contextlib import contextmanager

import pytest
from django.core.cache.backends.locmem import LocMemCache

from digest.caching import response_cache

BROKEN = "tests.caching.test_failures.Broken"


class Broken(LocMemCache):
    """A cache whose calls fail and are counted."""

    calls = 0

    def get(self, *args, **kwargs):
        Broken.calls += 1
        raise ConnectionError

    set = get


@pytest.fixture
def broken(settings, monkeypatch):
    monkeypatch.setattr(Broken, "calls", 0)
    default = settings.CACHES["default"]
    settings.CACHES = {"default": default, "digest": {"BACKEND": BROKEN, "LOCATION": "broken"}}
    return Broken


def test_responses_are_rendered_while_the_cache_is_broken(content, broken, caplog):
    with caplog.at_level(logging.WARNING):
        responses = [content.get() for _ in range(3)]
    assert {response.status_code for response in responses} == {200}
    assert content.times_rendered == 3
    assert len(caplog.records) == 1


def test_broken_cache_is_not_called_again_for_a_while(content, broken, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(response_cache.time, "monotonic", lambda: now[0])
    content.get()
    content.get()
    assert broken.calls == 1
    now[0] += response_cache.RETRY_AFTER
    content.get()
    assert broken.calls == 2


def test_requests_at_once_share_one_rendering(content):
    is_rendering, may_end = threading.Event(), threading.Event()

    def wait():
        is_rendering.set()
        assert may_end.wait(30)

    content.while_rendering = wait
    responses = []
    threads = [
        threading.Thread(target=lambda: responses.append(content.get().content)) for _ in range(5)
    ]
    threads[0].start()
    assert is_rendering.wait(30)
    for thread in threads[1:]:
        thread.start()
    may_end.set()
    for thread in threads:
        thread.join(30)
    assert responses == [content.text.encode()] * 5
    assert content.times_rendered == 1


def test_failed_rendering_releases_the_lock(content, monkeypatch):
    def fail():
        raise LookupError

    monkeypatch.setattr(content, "while_rendering", fail)
    with pytest.raises(LookupError):
        content.get()
    monkeypatch.setattr(content, "while_rendering", lambda: None)
    assert content.get().status_code == 200


def test_lock_times_out(content, monkeypatch):
    monkeypatch.setattr(response_cache, "LOCK_TIMEOUT", 0)
    inner = []

    def get_again():
        content.while_rendering = lambda: None
        inner.append(content.get().content)

    content.while_rendering = get_again
    assert content.get().content == inner[0]
    assert content.times_rendered == 2


def test_request_that_waited_gets_the_version_of_now(content, monkeypatch):
    content.get()
    fetch, keys = response_cache._fetch, []

    @contextmanager
    def wait(key):
        if len(keys) == 1:
            content.change("A tram is late.")
        yield

    def fetch_later(key):
        keys.append(key)
        return None if len(keys) == 1 else fetch(key)

    monkeypatch.setattr(response_cache, "_lock", wait)
    monkeypatch.setattr(response_cache, "_fetch", fetch_later)
    assert content.get().content == b"A tram is late."
