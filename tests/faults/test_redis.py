"""Redis is only a cache: without it, responses are the same."""

import time
from itertools import count

import pytest

from tests.faults.readers import Readers
from tests.faults.site import Site

editions = count(100)
# Upper limits of the seconds of a request while Redis does not respond: of all, and of half.
MAX_SECONDS, MAX_MEDIAN = 5, 0.5


@pytest.fixture
def site(sqlite, redis, tmp_path):
    """Run the site with Redis."""
    url = sqlite.environment["DATABASE_URL"]
    with Site(tmp_path, DATABASE_URL=url, REDIS_URL=redis.url).share_content_of(sqlite) as site:
        yield site


def publish(site):
    """Publish an edition, and check that the next response has it."""
    number = next(editions)
    site.edit("publish", site.edited, number)
    site.wait_for(f"/api/v1/issues/{site.edited}/", 200, f'"Edition {number}"', within=0)


def test_redis_is_stopped(site, redis):
    with Readers(site) as readers:
        publish(site)
        redis.stop()
        publish(site)
        redis.start()
        publish(site)
    readers.check()


def test_redis_is_flushed(site, redis):
    with Readers(site) as readers:
        for _ in range(3):
            publish(site)
            redis.send("FLUSHALL")
    readers.check()


def test_redis_does_not_respond_for_a_while(site, redis):
    publish(site)
    redis.freeze()
    with Readers(site) as readers:
        publish(site)
        time.sleep(5)
    redis.thaw()
    publish(site)
    readers.check()
    assert readers.slowest() < MAX_SECONDS
    assert readers.median() < MAX_MEDIAN
