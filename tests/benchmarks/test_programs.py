"""Run the benchmarks with a few issues, each in a process of its own."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.cases import V2
from benchmarks.others import OTHERS
from benchmarks.server import wrk
from benchmarks.variants import CACHED, EMPTY, UNCHANGED

ROOT = Path(__file__).resolve().parent.parent.parent
# One for each program that names its database differently
DATABASES = ("issues-40", "changes-40", "newsletter-40", "search-10", "submissions-40")
needs_wrk = pytest.mark.skipif(not wrk.is_installed(), reason="wrk is not installed")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Path:
    """Return a folder with databases, so that the programs migrate only what is their own."""
    folder = tmp_path_factory.mktemp("bench")
    for name in DATABASES:
        shutil.copyfile(migrated_file, folder / f"{name}.sqlite3")
    return folder


@pytest.fixture(scope="module")
def run_program(folder: Path) -> Callable[..., str]:
    """Return a function that runs a benchmark on SQLite and returns its output."""
    own = {"BENCH_DIR": str(folder), "WEB_CONCURRENCY": "2"}
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
    lines = re.findall(r"^  this API, (rendered|cached|304) +(\d+)", output, flags=re.MULTILINE)
    numbers = [int(queries) for _label, queries in lines]
    queries = list(zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True))
    assert len(queries) == 12 + len(OTHERS)
    assert all(max(cached, same) <= rendered for rendered, cached, same in queries)
    first = queries[
        :10
    ]  # those that are compared; readers' pages, which come later, are not cached
    assert max(max(row[1:]) for row in first) < min(row[0] for row in first)
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
    assert re.search(r"\n +gunicorn +gunicorn, no log", output)
    for label in (EMPTY, "detail, cached", "detail, 304", "detail, rendered"):
        assert re.search(rf"^{label}( +\d+\.\d{{3}}){{2,}}$", output, flags=re.MULTILINE)


@needs_wrk
def test_the_memory_of_every_worker_is_measured(run_program):
    output = run_program("benchmarks.server", "--issues", "40", "--memory", "100")
    assert re.search(r"[\d,]+ requests +[\d.]+ +[\d.]+ MB, 0 failures", output)


def test_the_feed_of_changes_is_measured(run_program):
    output = run_program("benchmarks.changes", "--issues", "40", "--rounds", "1")
    assert output.count("issues/s") == 2
    assert "10 marked" in output
    assert re.search(r"send 20 deliveries +[\d,]+ a second", output)
    assert re.search(r"first attempt .* s, at most [\d.]+ s", output)
