"""Benchmarks under a production server: figures, targets and missing programs."""

import os
import re
import shlex
import subprocess
import sys
from contextlib import contextmanager
from math import inf
from types import SimpleNamespace

import pytest

from benchmarks.cases import V2
from benchmarks.server import wrk
from benchmarks.server.cases import RequestGroup
from benchmarks.server.cpu import cpu_of, running
from benchmarks.server.memory import MemoryUse
from benchmarks.server.report import cpu_lines, memory_verdict, table, verdicts
from benchmarks.server.run import median_round
from benchmarks.server.serving import (
    BEFORE,
    COMMANDS,
    VCL,
    Server,
    has_proc,
    make_serve,
    with_backend,
)
from benchmarks.variants import CACHED, EMPTY, RENDERED
from tests.docs.markdown import ROOT


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


def test_cpu_time_of_each_server_is_a_column():
    seconds = {("empty", EMPTY): {"gunicorn": 0.5, "granian": 0.25}}
    seconds[("detail", RENDERED)] = {"gunicorn": 12.3456, "granian": 12}
    _title, names, *lines = "\n".join(cpu_lines(["gunicorn", "granian"], seconds)).split("\n")[1:]
    assert names.split() == ["gunicorn", "granian"]
    assert [line.split() for line in lines] == [
        [*EMPTY.split(), "0.500", "0.250"],
        ["detail,", "rendered", "12.346", "12.000"],
    ]


@pytest.mark.skipif(not has_proc(), reason="there is no /proc")
def test_cpu_time_of_a_server_is_that_of_its_processes():
    server = Server(0, SimpleNamespace(pid=os.getpid()))
    before, own = server.cpu_seconds(), sum(os.times()[:2])
    assert before >= own - 0.1
    while sum(os.times()[:2]) < own + 0.2:
        pass
    assert server.cpu_seconds() - before >= 0.1


@pytest.mark.parametrize(("requests", "expected"), [(500, 4.0), (0, inf)])
def test_cpu_time_is_of_a_thousand_responses(monkeypatch, requests, expected):
    monkeypatch.setattr("benchmarks.server.cpu.load", lambda *_: load(requests / 2))
    times = iter([10.0, 12.0])
    server = SimpleNamespace(cpu_seconds=lambda: next(times))
    assert cpu_of(server, RequestGroup("detail", CACHED, ["/"]), 2, 12) == expected


def test_another_checkout_is_measured_beside_each_server(monkeypatch, tmp_path):
    @contextmanager
    def site(directory, name="gunicorn", root=ROOT, **variables):
        yield name, root, variables

    monkeypatch.setattr("benchmarks.server.cpu.site", site)
    monkeypatch.setattr("benchmarks.server.cpu.installed", lambda: ["gunicorn", "granian"])
    own = {name: (name, ROOT, {"A": "1"}) for name in ("gunicorn", "granian")}
    with running(None, "", A="1") as servers:
        assert servers == own
    with running(tmp_path, "", A="1") as servers:
        assert servers == {BEFORE: (BEFORE, tmp_path.resolve(), {"A": "1"}), **own}
        assert next(iter(servers)) == BEFORE


def test_gunicorn_is_measured_as_make_serve_starts_it():
    def options(command):
        return sorted(re.split(r" (?=--)", shlex.join(command)))

    assert options(make_serve(ROOT)) == options(COMMANDS["gunicorn"])
    assert "--logger-class cms.request_log.RequestLogger" in " ".join(make_serve(ROOT))


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
