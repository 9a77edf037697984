"""Several relays beside writers: no deadlock, and no reader of the feed misses a change."""

import os
import subprocess
import sys
import time

import pytest

from tests.faults.site import ROOT, Site

# Passes of all relays together.
ROUNDS = int(os.environ.get("RELAY_ROUNDS", "10000"))
WRITERS = 2


class Processes:
    """Start ``tests.faults.relays`` on a prepared site."""

    def __init__(self, prepared, folder):
        url = prepared.environment["DATABASE_URL"]
        self.site = Site(folder, DATABASE_URL=url, ALLOWED_HOSTS="127.0.0.1,testserver")

    def start(self, *arguments):
        command = [sys.executable, "-m", "tests.faults.relays", *map(str, arguments)]
        environment = self.site.environment
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=self.site.log
        )

    def result(self, process):
        """Return what a process has printed; it must not have failed."""
        output = process.communicate()[0]
        assert process.returncode == 0, (self.site.folder / "site.log").read_text()[-3000:]
        return int(output or 0)


@pytest.mark.parametrize(
    ("database", "relays"), [("sqlite", 2), ("on_postgresql", 2), ("on_postgresql", 5)]
)
def test_relays_beside_writers(request, tmp_path, database, relays):
    processes, rounds = Processes(request.getfixturevalue(database), tmp_path), ROUNDS // relays
    processes.site.manage("relay_changes")  # Clients that begin before it have to start over.
    stop, end = tmp_path / "stop", tmp_path / "end"
    writing = [processes.start("write", stop) for _ in range(WRITERS)]
    reading = processes.start("read", end)
    for process in (*writing, reading):
        process.stdout.readline()  # It is ready.
    running = [processes.start("relay", rounds, stop) for _ in range(relays)]
    while any(process.poll() is None for process in running):
        if any(process.poll() is not None for process in (*writing, reading)):  # It has failed.
            break
        time.sleep(0.1)
    stop.touch()
    written = [processes.result(process) for process in writing]
    # The reader's own pass does nothing while another process is at one.
    passes = [processes.result(process) for process in running]
    end.touch()
    assert min(*written, processes.result(reading)) > 1
    assert passes == [rounds] * relays
    if database == "on_postgresql":
        assert processes.result(processes.start("deadlocks")) == 0
    processes.result(processes.start("prune_digests"))
