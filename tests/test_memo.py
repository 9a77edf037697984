"""Which values are cached for a content version, and for how long."""

import time

import pytest

from digest import memo


class Reads:
    """Count how often a value is read."""

    def __init__(self):
        self.number = 0

    def __call__(self):
        self.number += 1
        return f"value {self.number}"


@pytest.fixture
def reads():
    memo.clear()
    yield Reads()
    memo.clear()


def read(reads, version="one", key="key", store=True):
    with memo.reading(version) as reading:
        value = memo.once(key, reads)
        assert memo.once(key, reads) == value
    if store:
        reading.store()
    return value


def test_value_is_read_once_for_a_version(reads):
    assert [read(reads), read(reads)] == ["value 1", "value 1"]


def test_value_of_another_version_is_read_again(reads):
    assert [read(reads), read(reads, "two"), read(reads)] == ["value 1", "value 2", "value 3"]


def test_value_of_another_key_is_read_too(reads):
    assert [read(reads), read(reads, key="other"), read(reads)] == ["value 1", "value 2", "value 1"]


def test_nothing_is_stored_of_a_response_during_which_content_changed(reads):
    assert [read(reads, store=False), read(reads)] == ["value 1", "value 2"]


def test_nothing_is_cached_for_an_unknown_version(reads):
    with memo.reading(None) as reading:
        assert not memo.is_active()
        assert [memo.once("key", reads), memo.once("key", reads)] == ["value 1", "value 2"]
    reading.store()
    assert read(reads) == "value 3"


def test_none_is_a_value(reads):
    with memo.reading("one") as reading:
        assert memo.once("key", lambda: None) is None
    reading.store()
    assert read(reads) is None


def test_values_are_read_again_when_there_are_too_many(reads, monkeypatch):
    monkeypatch.setattr(memo, "MAX_VALUES", 3)
    for number in range(4):
        read(reads, key=number)
    assert len(memo._latest.get("one")) == 1


def test_values_of_another_thread_are_not_mixed_with_those_of_a_version(reads, monkeypatch):
    current = memo._latest._current

    def current_and_then_another_thread(version):
        found = current(version)
        memo._latest.state = "two", {"key": "newer"}, found[2]
        return found

    with monkeypatch.context() as patched:
        patched.setattr(memo._latest, "_current", current_and_then_another_thread)
        memo._latest.add("one", {"key": "older"})
    assert memo._latest.state[:2] == ("one", {"key": "older"})


def test_reading_ends_with_an_error(reads):
    with pytest.raises(ZeroDivisionError), memo.reading("one"):
        raise ZeroDivisionError
    assert not memo.is_active()


def test_value_is_read_again_after_a_minute(reads, monkeypatch):
    start = time.monotonic()
    read(reads)
    for seconds, value in ((59, "value 1"), (61, "value 2"), (62, "value 2")):
        monkeypatch.setattr(time, "monotonic", lambda now=start + seconds: now)
        assert read(reads) == value
