"""Benchmarks under a production server: figures, targets and missing programs."""

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.cases import V2
from benchmarks.server import wrk
from benchmarks.server.cases import RequestGroup
from benchmarks.server.memory import MemoryUse
from benchmarks.server.report import memory_verdict, table, verdicts
from benchmarks.server.run import median_round
from benchmarks.server.serving import VCL, with_backend
from benchmarks.variants import CACHED, EMPTY

ROOT = Path(__file__).resolve().parent.parent.parent


def load(rate: float, failures: int = 0) -> wrk.Load:
    return wrk.Load(rate * 2, 2.0, 1.0, 5.0, failures)


def test_the_median_round_counts_with_the_failures_of_all():
    found = median_round([load(30, 1), load(10), load(20, 2)])
    assert (found.rate, found.failures) == (20, 3)


def test_rates_are_multiples_of_those_of_others():
    loads = {("empty", EMPTY): load(2000), ("list", CACHED): load(1000), ("list", V2): load(50)}
    groups = [RequestGroup(case, label, ["/"]) for case, label in loads]
    lines = [line.split() for line in table(groups, loads)]
    assert lines[3] == [*CACHED.split(), "1,000.0", "1.0", "5.0", "0", "0.50", "20.00"]
    assert lines[4] == [*V2.split(), "50.0", "1.0", "5.0", "0"]


def test_verdicts_are_of_one_issue_and_of_lists_with_bodies():
    loads = {("detail", CACHED): load(1100), ("detail", V2): load(100)}
    loads |= {("bodies", CACHED): load(310), ("bodies", V2): load(10), ("list", CACHED): load(1)}
    assert [line.rpartition(" ")[2] for line in verdicts(loads)] == ["NO", "yes"]


def test_memory_of_a_worker_that_grew_or_was_replaced_misses_the_target():
    def verdict(after):
        use = MemoryUse(200_000, 50_000, {1: 100, 2: 100}, after)
        return memory_verdict(use).rpartition(" ")[2]

    assert verdict({1: 104, 2: 90}) == "yes"
    assert verdict({1: 106, 2: 90}) == "NO"
    assert verdict({1: 100, 3: 90}) == "NO"


def test_the_backend_in_the_documented_varnish_configuration_is_replaced():
    assert with_backend(VCL.read_text(), 4711).count('"4711"') == 1


def test_without_wrk_the_message_says_how_to_install_it():
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
