"""Redis is only quick memory: without it, everything is said as before."""

import time
from itertools import count

import pytest

from tests.faults.readers import Readers
from tests.faults.site import Site

editions = count(100)
# A Redis that says nothing costs each process some waiting, now and then; never more than this.
BEARABLE = 15


@pytest.fixture
def site(sqlite, redis, tmp_path):
    """The site with Redis, running."""
    url = sqlite.environment["DATABASE_URL"]
    with Site(tmp_path, DATABASE_URL=url, REDIS_URL=redis.url).like(sqlite) as site:
        yield site


def publish(site):
    """Publish an edition while readers ask; the next one to ask is shown it."""
    number = next(editions)
    site.edit("publish", site.edited, number)
    site.wait_for(f"/api/v1/issues/{site.edited}/", 200, f'"Edition {number}"', within=0)


def test_redis_that_is_stopped(site, redis):
    with Readers(site) as readers:
        publish(site)
        redis.stop()
        publish(site)
        redis.start()
        publish(site)
    readers.check()


def test_redis_that_is_emptied(site, redis):
    with Readers(site) as readers:
        for _ in range(3):
            publish(site)
            redis.ask("FLUSHALL")
    readers.check()


def test_redis_that_says_nothing_for_a_while(site, redis):
    with Readers(site) as readers:
        publish(site)
        redis.freeze()
        publish(site)
        time.sleep(5)
        redis.thaw()
        publish(site)
    readers.check()
    assert readers.slowest() < BEARABLE
