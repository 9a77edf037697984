"""A database that is not available for a while: requests fail only during the outage, and what was
published stays published."""

import time

import pytest

from tests.faults.client import get
from tests.faults.readers import Readers
from tests.faults.site import Site

LOCKED = 30  # seconds


@pytest.fixture
def site(on_postgresql, tmp_path):
    """Run the site on PostgreSQL."""
    url = on_postgresql.environment["DATABASE_URL"]
    with Site(tmp_path, DATABASE_URL=url).share_content_of(on_postgresql) as site:
        yield site


def newest(site):
    """Return the edition that readers see."""
    title = get(site.port, f"/api/v1/issues/{site.edited}/").body.partition('"title":"Edition ')[2]
    return int(title.partition('"')[0])


def test_postgresql_restarted_under_load(site, primary):
    publishing = site.editor("publish_on", site.edited, 25, newest(site) + 1)
    with Readers(site) as readers:
        for _ in range(2):
            time.sleep(5)
            with readers.outage():
                primary.restart()
                site.wait_for("/readyz", 200)
        reported = publishing.communicate()[0].split()
    readers.check()
    assert reported.pop() == "done"
    assert newest(site) == int(reported[-1])
    site.check()


def test_sqlite_locked_by_another_process(sqlite, tmp_path):
    url = sqlite.environment["DATABASE_URL"]
    with (
        Site(tmp_path, DATABASE_URL=url).share_content_of(sqlite) as site,
        Readers(site) as readers,
    ):
        locking = site.editor("lock", LOCKED)
        assert locking.stdout.readline() == "locked\n"
        assert "done" not in site.editor("publish", site.edited, 500).communicate()[0]
        assert locking.poll() is None  # publishing has failed, and readers were not affected
        locking.communicate()
        site.edit("publish", site.edited, newest(site) + 1)
    readers.check()
    site.check()
