"""A replica that is gone is not missed; one that is late shows what was true, and nothing mixed."""

import time

import pytest

from tests.faults.readers import Readers
from tests.faults.site import Site
from tests.faults.test_databases import newest

DELAY = 10  # seconds


@pytest.fixture
def site(on_postgresql, replica, redis, tmp_path):
    """The site that reads from the replica and keeps answers in Redis, running."""
    urls = {
        "DATABASE_URL": on_postgresql.environment["DATABASE_URL"],
        "DATABASE_REPLICA_URL": replica.url,
        "REDIS_URL": redis.url,
    }
    with Site(tmp_path, **urls).like(on_postgresql) as site:
        yield site


def test_replica_that_is_stopped(site, replica):
    number = newest(site) + 1
    with Readers(site) as readers:
        time.sleep(3)
        replica.stop()
        site.edit("publish", site.edited, number)
        site.wait_for(f"/api/v1/issues/{site.edited}/", 200, f'"Edition {number}"', within=10)
        replica.start()
        time.sleep(8)  # until it is asked again
        site.wait_for(f"/api/v1/issues/{site.edited}/", 200, f'"Edition {number}"', within=10)
    readers.check()


def test_replica_that_is_late(site, replica):
    replica.fall_behind(DELAY)
    path, number = f"/api/v1/issues/{site.edited}/", newest(site) + 1
    with Readers(site) as readers:
        site.edit("publish", site.edited, number)
        assert newest(site) == number - 1  # as the replica has it, and kept as that
        site.wait_for(path, 200, f'"Edition {number}"', within=DELAY * 3)
        assert {newest(site) for _ in range(20)} == {number}
        site.edit("hide", site.edited)
        site.wait_for(path, 404, within=DELAY * 3)
        gone = time.monotonic()
        time.sleep(3)
        site.edit("show", site.edited)
    readers.check()
    later = [told for told in readers.told if told.path == path and told.begun > gone]
    assert not [told for told in later if told.status == 200 and told.ended < gone + 3]
    site.wait_for(path, 200, within=DELAY * 3)
