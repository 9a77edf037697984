"""The site's caches in Redis: signed entries, and a pause while Redis does not respond."""

import pickle
import socket
import threading
import time

import pytest
from django.core.cache import caches
from redis.exceptions import ConnectionError

from cms.settings import caches as cache_settings
from tests import redis_server


@pytest.fixture
def redis(tmp_path):
    if not redis_server.BINARY:
        pytest.skip("redis-server is not on the PATH")
    server = redis_server.RedisServer(tmp_path)
    yield server
    server.stop()


class Recorded:
    """An object that, unpickled, records that it was."""

    found = []

    def __reduce__(self):
        return Recorded.found.append, ("unpickled",)


@pytest.mark.parametrize("alias", ["default", "digest"])
def test_entries_of_others_are_not_unpickled(redis, settings, alias):
    settings.CACHES = cache_settings.caches(redis.url, timeout=30)
    cache = caches[alias]
    cache.set("key", {"own": 1})
    assert (cache.get("key"), cache.get_many(["key"])) == ({"own": 1}, {"key": {"own": 1}})
    stored = cache.client.get_client()
    for forged in (pickle.dumps(Recorded()), b"s" * 32 + pickle.dumps(Recorded()), b"", b"x"):
        stored.set(cache.client.make_key("key"), forged)
        assert cache.get("key", "missing") == "missing"
        assert cache.get_many(["key"]) == {}
    assert Recorded.found == []


def test_many_entries_are_read_with_one_command(redis, settings):
    settings.CACHES = cache_settings.caches(redis.url, timeout=30)
    cache = caches["default"]
    cache.set_many({"a": [1], "b": [2]})
    assert cache.get_many(key for key in "abc") == {"a": [1], "b": [2]}
    commands = cache.client.get_client().info("commandstats")
    assert "cmdstat_get" not in commands
    cache.client.get_client().set(cache.client.make_key("b"), b"forged")
    assert cache.get_many("abc") == {"a": [1]}


def test_entries_of_another_secret_key_are_missing(redis, settings):
    settings.CACHES = cache_settings.caches(redis.url, timeout=30)
    caches["default"].set("key", ["own"])
    settings.SECRET_KEY = "another"
    assert caches["default"].get("key", []) == []


@pytest.fixture
def silent_server():
    """Accept connections and never respond; yield the URL and the list of connections."""
    accepted = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=accept, args=(server, accepted), daemon=True).start()
        yield f"redis://127.0.0.1:{server.getsockname()[1]}", accepted


def accept(server, accepted):
    while True:
        try:
            accepted.append(server.accept())
        except OSError:
            return


def wait_for_connections(accepted, number):
    """Wait until the other thread has accepted so many; expect no more."""
    end = time.monotonic() + 10
    while len(accepted) < number and time.monotonic() < end:
        time.sleep(0.01)
    assert len(accepted) == number


def test_redis_that_does_not_respond_is_asked_once_in_a_while(silent_server, settings, monkeypatch):
    monkeypatch.setattr(cache_settings, "RETRY_AFTER", 3600)
    url, accepted = silent_server
    settings.CACHES = cache_settings.caches(url, timeout=0.05)
    for _ in range(3):
        assert caches["default"].get("key") is None
        with pytest.raises(ConnectionError):
            caches["digest"].get("key")
    wait_for_connections(accepted, 1)
    pause = settings.CACHES["default"]["OPTIONS"]["CONNECTION_POOL_KWARGS"]["retry"]
    pause.retry_at -= cache_settings.RETRY_AFTER
    assert caches["default"].get("key") is None
    wait_for_connections(accepted, 2)
