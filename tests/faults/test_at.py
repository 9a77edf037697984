"""``at``: who learns of a change gets the new text, though a cache and a replica have the old one.

The cache stores responses for a minute and is not purged; the replica is ``DELAY`` seconds behind.
"""

import json
import os
import re
from subprocess import PIPE

import pytest

from tests.deploy import varnish
from tests.faults.site import Site
from tests.faults.test_databases import newest
from tests.faults.test_replica import DELAY

ROUNDS = int(os.environ.get("AT_ROUNDS", "1000"))
pytestmark = varnish.is_needed


@pytest.fixture
def site(on_postgresql, replica, tmp_path):
    """Run the site with a replica that is behind."""
    urls = {
        "DATABASE_URL": on_postgresql.environment["DATABASE_URL"],
        "DATABASE_REPLICA_URL": replica.url,
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
    }
    on_postgresql.manage("relay_changes")
    replica.fall_behind(DELAY)
    with Site(tmp_path, **urls).share_content_of(on_postgresql) as site:
        yield site


@pytest.fixture
def cache(site, tmp_path):
    """Run Varnish in front of the site."""
    proxy = varnish.start(site.port, tmp_path)
    yield proxy
    proxy.stop()


@pytest.fixture
def publish(site):
    """Publish an edition in another process; return its sequence."""
    editor = site.editor("publish_and_relay", site.edited, stdin=PIPE)

    def publish(number):
        editor.stdin.write(f"{number}\n")
        editor.stdin.flush()
        return int(editor.stdout.readline())

    yield publish
    editor.communicate()


def edition(cache, path):
    """Return the edition that a response of the cache shows."""
    response = cache.request(path)
    assert response.status == 200, (path, response.text)
    return int(re.search(r'"title":"Edition (\d+)"', response.text)[1])


def test_response_at_a_sequence_is_never_older(site, cache, publish):
    one, many = f"/api/v1/issues/{site.edited}/", "/api/v1/issues/"
    since, first = feed(cache, "?limit=500")["next_since"], newest(site) + 1
    old = 0
    for number in range(first, first + ROUNDS):
        at = publish(number)
        for path in (one, many):
            assert edition(cache, f"{path}?at={at}") == number, (path, at)
        changed = feed(cache, f"?since={since}")  # no 410
        assert at in [row["sequence"] for row in changed["results"]]
        since = changed["next_since"]
        old += edition(cache, one) < number
    print(f"{ROUNDS} rounds, {old} of them with the old text without at")  # noqa: T201
    assert old > 0  # or else the cache and the replica have been put to no test


def feed(cache, query):
    response = cache.request(f"/api/v1/changes/{query}")
    assert response.status == 200, response.text
    return json.loads(response.text)
