"""A cache that fails only slows, and readers who come at once have an answer made once."""

import logging
import threading
from contextlib import contextmanager

import pytest
from django.core.cache.backends.locmem import LocMemCache

from digest.caching import response_cache

BROKEN = "tests.caching.test_failures.Broken"


class Broken(LocMemCache):
    """Fails each time, and counts how often it was asked."""

    asked = 0

    def get(self, *args, **kwargs):
        Broken.asked += 1
        raise ConnectionError

    set = get


@pytest.fixture
def broken(settings, monkeypatch):
    monkeypatch.setattr(Broken, "asked", 0)
    default = settings.CACHES["default"]
    settings.CACHES = {"default": default, "digest": {"BACKEND": BROKEN, "LOCATION": "broken"}}
    return Broken


def test_broken_cache_only_slows(content, broken, caplog):
    with caplog.at_level(logging.WARNING):
        answers = [content.ask() for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}
    assert content.made == 3
    assert len(caplog.records) == 1


def test_broken_cache_is_left_alone_for_a_while(content, broken, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(response_cache.time, "monotonic", lambda: now[0])
    content.ask()
    content.ask()
    assert broken.asked == 1
    now[0] += response_cache.PAUSE
    content.ask()
    assert broken.asked == 2


def test_answer_that_many_ask_for_at_once_is_made_once(content):
    is_making, may_end = threading.Event(), threading.Event()

    def wait():
        is_making.set()
        assert may_end.wait(30)

    content.while_making = wait
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(content.ask().content)) for _ in range(5)
    ]
    threads[0].start()
    assert is_making.wait(30)
    for thread in threads[1:]:
        thread.start()
    may_end.set()
    for thread in threads:
        thread.join(30)
    assert answers == [content.text.encode()] * 5
    assert content.made == 1


def test_failure_of_one_is_not_the_others(content, monkeypatch):
    def fail():
        raise LookupError

    monkeypatch.setattr(content, "while_making", fail)
    with pytest.raises(LookupError):
        content.ask()
    monkeypatch.setattr(content, "while_making", lambda: None)
    assert content.ask().status_code == 200


def test_nobody_waits_for_ever(content, monkeypatch):
    monkeypatch.setattr(response_cache, "PATIENCE", 0)
    inner = []

    def ask_again():
        content.while_making = lambda: None
        inner.append(content.ask().content)

    content.while_making = ask_again
    assert content.ask().content == inner[0]
    assert content.made == 2


def test_who_waited_for_an_answer_gets_none_of_an_older_version(content, monkeypatch):
    content.ask()
    get, asked = response_cache._get, []

    @contextmanager
    def wait(key):
        if len(asked) == 1:
            content.change("A tram is late.")
        yield

    def get_later(key):
        asked.append(key)
        return None if len(asked) == 1 else get(key)

    monkeypatch.setattr(response_cache, "_alone", wait)
    monkeypatch.setattr(response_cache, "_get", get_later)
    assert content.ask().content == b"A tram is late."
