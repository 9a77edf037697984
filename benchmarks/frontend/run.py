"""Build the reference frontend from an API that is served here, and time it."""

import argparse
import os
import resource
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from django.core.cache import cache
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from wagtail.models import Site

from benchmarks.database import database
from benchmarks.frontend.browser import appearance
from benchmarks.server.serving import free_port
from benchmarks.start import prepare
from digest.contrib.changes.models import FeedState
from digest.contrib.changes.relay import relay
from digest.models import IssuePage

FRONTEND = Path(__file__).resolve().parents[2] / "frontends" / "astro"
NODE = str(FRONTEND / "node_modules" / ".bin" / "node")
ASTRO = [NODE, "node_modules/astro/bin/astro.mjs", "build"]


class Handler(WSGIRequestHandler):
    """Count the requests."""

    count = 0

    def log_message(self, *args: object) -> None:
        Handler.count += 1


def run(options: argparse.Namespace, directory: str, is_persistent: bool) -> None:
    prepare()
    for issues in options.issues:
        with (
            database(issues, directory, is_persistent, "frontend-"),
            served() as port,
            variables(port) as environment,
        ):
            for name, value in measurements(issues, environment):
                print(f"  {name:36} {value}", flush=True)


@contextmanager
def served() -> Iterator[int]:
    """Serve the site, and yield its port."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Site.objects.update(hostname="127.0.0.1", port=server.server_port)
    server.set_app(get_wsgi_application())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    relay()
    cache.clear()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def variables(api_port: int) -> Iterator[dict[str, str]]:
    """Yield the environment of a frontend with a port, a build and loaded issues of its own."""
    port = str(free_port())
    build, loaded = FRONTEND / "builds" / "benchmark", FRONTEND / "node_modules" / ".astro" / port
    try:
        yield os.environ | {
            "DIGEST_API": f"http://127.0.0.1:{api_port}/api/v1/",
            "BUILD_FOLDER": str(build),
            "PORT": port,
        }
    finally:
        for folder in (build, loaded):
            shutil.rmtree(folder, ignore_errors=True)


def measurements(issues: int, environment: dict[str, str]) -> Iterable[tuple[str, str]]:
    yield f"{issues:,} issues built", timed(lambda: build(environment, "--force"))
    yield "rebuilt after no change", timed(lambda: build(environment))
    issue = change_one()
    environment["DIGEST_AT"] = str(FeedState.objects.get().sequence)
    yield "rebuilt after one change", timed(lambda: build(environment))
    with pages(environment) as url:
        for path in (issue.url_path.removeprefix("/home"), "/"):
            yield path, appearance(url + path)


def change_one() -> IssuePage:
    issue = IssuePage.objects.order_by("-date").first()
    issue.title = f"{issue.title} {time.time()}"
    issue.save_revision().publish()
    relay()
    return issue


def build(environment: dict[str, str], *arguments: str) -> None:
    subprocess.run(  # noqa: S603
        [*ASTRO, *arguments], cwd=FRONTEND, env=environment, check=True, stdout=subprocess.DEVNULL
    )


def timed(function: Callable[[], Any]) -> str:
    """Return the time and the CPU time of a process, and the number of requests to the API."""
    start, before, count = time.perf_counter(), cpu_seconds(), Handler.count
    function()
    seconds, cpu = time.perf_counter() - start, cpu_seconds() - before
    return f"{seconds:.1f} s, {cpu:.1f} s of CPU, {Handler.count - count:,} requests"


def cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@contextmanager
def pages(environment: dict[str, str]) -> Iterator[str]:
    """Serve the build, and yield its URL."""
    process = subprocess.Popen([NODE, "server/worker.ts"], cwd=FRONTEND, env=environment)  # noqa: S603
    url = f"http://127.0.0.1:{environment['PORT']}"
    try:
        while process.poll() is None:
            try:
                urlopen(url).close()
                break
            except OSError:
                time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait()
