"""The programs that measure still run, each in a process of its own, on a few issues."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.catalogue import V2
from benchmarks.server import wrk
from benchmarks.ways import CACHED, EMPTY, UNCHANGED

ROOT = Path(__file__).resolve().parent.parent.parent
needs_wrk = pytest.mark.skipif(not wrk.is_here(), reason="wrk is not installed")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run_program(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Run a program on SQLite; what it prints. The databases are made once."""
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


def test_every_question_is_answered_by_every_api(run_program):
    told = run_program("benchmarks", "--issues", "40", "--rounds", "1", "--restrictions", "4")
    assert "fails" not in told
    assert told.count("\n  Wagtail v2  ") == 10
    cached = re.findall(r"^  this API, (?:cached|304) +(\d+)", told, flags=re.MULTILINE)
    assert len(cached) == 24
    assert max(map(int, cached)) < min(map(int, re.findall(r"  this API, rendered +(\d+)", told)))
    assert "4 of them private" in told


def test_every_question_is_answered_by_both_searches(run_program):
    size = ["--stories", "50", "--rounds", "1", "--engines", "sqlite"]
    told = run_program("benchmarks.search", *size)
    assert "no answer" not in told
    assert told.count("\n  Wagtail's search ") == 5
    assert told.count(" MB\n") == 3


@needs_wrk
def test_gunicorn_answers_whatever_wrk_asks(run_program):
    few = ["--issues", "40", "--rounds", "1", "--seconds", "1", "--only", "detail"]
    told = run_program("benchmarks.server", *few, "--without-varnish")
    for who in (EMPTY, CACHED, UNCHANGED, V2):
        assert re.search(rf"^  {who} +[\d,.]+ +[\d,.]+ +[\d,.]+ +0\b", told, flags=re.MULTILINE)


@needs_wrk
def test_the_memory_of_every_worker_is_watched(run_program):
    told = run_program("benchmarks.server", "--issues", "40", "--memory", "100")
    assert re.search(r"[\d,]+ requests +[\d.]+ +[\d.]+ MB, 0 failures", told)
