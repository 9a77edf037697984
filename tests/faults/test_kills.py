"""If a process is killed, readers keep seeing the previous version, or see the new one."""

import time
from signal import SIGKILL

import pytest

from tests.faults.readers import Readers
from tests.faults.site import Site
from tests.faults.test_databases import newest

EVERY = 4


@pytest.fixture(params=["sqlite", "on_postgresql"])
def site(request, tmp_path):
    """Run the site on each database."""
    prepared = request.getfixturevalue(request.param)
    url = prepared.environment["DATABASE_URL"]
    with Site(tmp_path, DATABASE_URL=url).share_content_of(prepared) as site:
        yield site


def test_editor_killed_every_few_writes(site):
    # Until publishing has fewer writes than the one to be killed at, and succeeds.
    with Readers(site) as readers:
        before, writes, killed = newest(site), 1, 0
        while (editor := site.editor("killed", site.edited, before + 1, writes)).wait() == -SIGKILL:
            editor.stdout.close()
            assert newest(site) == before
            writes, killed = writes + EVERY, killed + 1
        assert newest(site) == before + 1
    readers.check()
    assert killed > 3
    site.check()


def test_workers_killed_while_two_editors_publish(site):
    publishing = [site.editor("publish_on", site.edited, 15, newest(site) + 1) for _ in range(2)]
    with Readers(site) as readers:
        for _ in range(4):
            time.sleep(2)
            with readers.outage():  # requests to that worker fail
                site.kill_a_worker()
        reported = [editor.communicate()[0].split() for editor in publishing]
    readers.check()
    assert all(words[-1] == "done" and len(words) > 1 for words in reported)
    site.check()
