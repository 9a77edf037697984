"""Run the benchmarks with a few issues, each in a process of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.cases import V2
from benchmarks.server import wrk
from benchmarks.variants import CACHED, EMPTY, UNCHANGED

ROOT = Path(__file__).resolve().parent.parent.parent
needs_wrk = pytest.mark.skipif(not wrk.is_installed(), reason="wrk is not installed")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run_program(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Return a function that runs a benchmark on SQLite and returns its output."""
    own = {"BENCH_DIR": str(tmp_path_factory.mktemp("bench")), "WEB_CONCURRENCY": "2"}
    others = ("DATABASE_URL", "REDIS_URL", "DATABASE_REPLICA_URL")
    environment = {name: value for name, value in os.environ.items() if name not in others} | own

    def run(module: str, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_all_cases_run_with_all_apis(run_program):
    output = run_program("benchmarks", "--issues", "40", "--rounds", "1", "--restrictions", "4")
    assert "fails" not in output
    assert output.count("\n  Wagtail v2  ") == 10
    cached = re.findall(r"^  this API, (?:cached|304) +(\d+)", output, flags=re.MULTILINE)
    assert len(cached) == 24
    assert max(map(int, cached)) < min(map(int, re.findall(r"  this API, rendered +(\d+)", output)))
    assert "4 of them private" in output


def test_all_cases_run_with_both_searches(run_program):
    size = ["--stories", "50", "--rounds", "1", "--engines", "sqlite"]
    output = run_program("benchmarks.search", *size)
    assert "no result" not in output
    assert output.count("\n  Wagtail's search ") == 5
    assert output.count(" MB\n") == 3


def test_all_figures_of_the_newsletter_are_measured(run_program):
    size = ["--readers", "20", "150", "--mails", "20", "--rounds", "1", "--engines", "sqlite"]
    output = run_program("benchmarks.newsletter", *size)
    assert output.count("target") == 13
    assert "fails" not in output


def test_all_figures_of_submissions_are_measured(run_program):
    size = ["--issues", "40", "--rounds", "1", "--seconds", "1", "--engines", "sqlite"]
    output = run_program("benchmarks.submissions", *size)
    assert output.count("target") == 8
    assert re.search(r": errors +0\.00,", output)


@needs_wrk
def test_wrk_loads_gunicorn_without_failures(run_program):
    few = ["--issues", "40", "--rounds", "1", "--seconds", "1", "--only", "detail"]
    output = run_program("benchmarks.server", *few, "--without-varnish")
    for label in (EMPTY, CACHED, UNCHANGED, V2):
        assert re.search(rf"^  {label} +[\d,.]+ +[\d,.]+ +[\d,.]+ +0\b", output, flags=re.MULTILINE)


@needs_wrk
def test_the_memory_of_every_worker_is_measured(run_program):
    output = run_program("benchmarks.server", "--issues", "40", "--memory", "100")
    assert re.search(r"[\d,]+ requests +[\d.]+ +[\d.]+ MB, 0 failures", output)


def test_the_feed_of_changes_is_measured(run_program):
    output = run_program("benchmarks.changes", "--issues", "40", "--rounds", "1")
    assert output.count("issues/s") == 2
    assert "10 marked" in output
