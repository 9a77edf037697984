"""A stopped replica affects no reader; a lagging one shows the previous version consistently."""

import time

import pytest

from tests.faults.readers import Readers
from tests.faults.site import Site
from tests.faults.test_databases import newest

DELAY = 10  # seconds


@pytest.fixture
def site(on_postgresql, replica, redis, tmp_path):
    """Run the site with the replica and Redis."""
    urls = {
        "DATABASE_URL": on_postgresql.environment["DATABASE_URL"],
        "DATABASE_REPLICA_URL": replica.url,
        "REDIS_URL": redis.url,
    }
    with Site(tmp_path, **urls).share_content_of(on_postgresql) as site:
        yield site


def test_replica_is_stopped(site, replica):
    number = newest(site) + 1
    with Readers(site) as readers:
        time.sleep(3)
        replica.stop()
        site.edit("publish", site.edited, number)
        site.wait_for(f"/api/v1/issues/{site.edited}/", 200, f'"Edition {number}"', within=10)
        replica.start()
        time.sleep(8)  # until it is used again
        site.wait_for(f"/api/v1/issues/{site.edited}/", 200, f'"Edition {number}"', within=10)
    readers.check()


def test_replica_lags(site, replica):
    replica.fall_behind(DELAY)
    path, number = f"/api/v1/issues/{site.edited}/", newest(site) + 1
    with Readers(site) as readers:
        site.edit("publish", site.edited, number)
        assert newest(site) == number - 1  # of the replica, and cached as such
        site.wait_for(path, 200, f'"Edition {number}"', within=DELAY * 3)
        assert {newest(site) for _ in range(20)} == {number}
        site.edit("hide", site.edited)
        site.wait_for(path, 404, within=DELAY * 3)
        hidden_at = time.monotonic()
        time.sleep(3)
        site.edit("show", site.edited)
    readers.check()
    later = [
        response
        for response in readers.responses
        if response.path == path and response.started > hidden_at
    ]
    assert not [
        response for response in later if response.status == 200 and response.ended < hidden_at + 3
    ]
    site.wait_for(path, 200, within=DELAY * 3)
