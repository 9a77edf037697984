"""What measures the site under a production server: what it asks, says, and that it still runs."""

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.catalogue import V2
from benchmarks.server import wrk
from benchmarks.server.memory import Watched
from benchmarks.server.questions import Asked
from benchmarks.server.report import flat, table, verdicts
from benchmarks.server.run import usual
from benchmarks.server.serving import VCL, with_backend
from benchmarks.ways import CACHED, EMPTY

ROOT = Path(__file__).resolve().parent.parent.parent


def load(rate: float, failures: int = 0) -> wrk.Load:
    """So many requests in a second."""
    return wrk.Load(rate * 2, 2.0, 1.0, 5.0, failures)


def test_the_round_that_counts_is_the_middle_one_with_the_failures_of_all():
    found = usual([load(30, 1), load(10), load(20, 2)])
    assert (found.rate, found.failures) == (20, 3)


def test_answers_are_told_as_times_those_of_others():
    loads = {("empty", EMPTY): load(2000), ("list", CACHED): load(1000), ("list", V2): load(50)}
    asked = [Asked(question, who, ["/"]) for question, who in loads]
    lines = [line.split() for line in table(asked, loads)]
    assert lines[3] == [*CACHED.split(), "1,000.0", "1.0", "5.0", "0", "0.50", "20.00"]
    assert lines[4] == [*V2.split(), "50.0", "1.0", "5.0", "0"]


def test_verdicts_are_those_of_one_issue_and_of_lists_with_bodies():
    loads = {("detail", CACHED): load(1100), ("detail", V2): load(100)}
    loads |= {("bodies", CACHED): load(310), ("bodies", V2): load(10), ("list", CACHED): load(1)}
    assert [line.rpartition(" ")[2] for line in verdicts(loads)] == ["NO", "yes"]


def test_memory_is_flat_unless_one_worker_grew_or_was_replaced():
    def told(after):
        return flat(Watched(200_000, 50_000, {1: 100, 2: 100}, after)).rpartition(" ")[2]

    assert told({1: 104, 2: 90}) == "yes"
    assert told({1: 106, 2: 90}) == "NO"
    assert told({1: 100, 3: 90}) == "NO"


def test_the_documented_configuration_of_varnish_can_be_given_another_backend():
    assert with_backend(VCL.read_text(), 4711).count('"4711"') == 1


def test_a_machine_without_wrk_is_told_how_to_install_it():
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.server"],
        cwd=ROOT,
        env=os.environ | {"PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("wrk is missing: install it")
