"""Measure the CPU time of one response under each server that is installed."""

import random
from argparse import Namespace
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from math import inf
from pathlib import Path
from statistics import median

from benchmarks.cases import ISSUES
from benchmarks.server.cases import HOST, RequestGroup, request_groups
from benchmarks.server.loading import WARM_UP_SECONDS, load
from benchmarks.server.report import Key, cpu_lines
from benchmarks.server.serving import BEFORE, Server, installed, site
from benchmarks.variants import EMPTY, RENDERED, UNCHANGED
from digest.models import IssuePage

# Different issues that are rendered in random order.
MAX_ISSUES = 1000

Seconds = dict[Key, dict[str, float]]


def cpu_table(options: Namespace, directory: str) -> Iterator[str]:
    """Yield a line for each group of requests, with the CPU time under each server."""
    cached = cached_groups(options.only)
    rendered = rendered_groups(cached)
    with running(options.before, directory) as servers:
        seconds = cpu_seconds(servers, cached, options)
    yield from cpu_lines(list(servers), seconds)
    # The settings of another checkout may not have this variable.
    with running(None, directory, BENCH_CACHE_SECONDS="0") as servers:
        yield from cpu_lines(list(servers), cpu_seconds(servers, rendered, options))


@contextmanager
def running(before: Path | None, directory: str, **variables: str) -> Iterator[dict[str, Server]]:
    """Run the site under each server, and of another checkout as its own `make serve` does."""
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(site(directory, name, **variables)) for name in installed()
        }
        if before:
            other = site(directory, BEFORE, before.resolve(), **variables)
            servers = {BEFORE: stack.enter_context(other)} | servers
        yield servers


def cached_groups(names: list[str]) -> list[RequestGroup]:
    """Return the requests whose responses are cached; a 304 costs the same in each case."""
    groups = request_groups(names, {}, only_ours=True)
    return [one for one in groups if one.label != UNCHANGED or one.case == "detail"]


def rendered_groups(cached: list[RequestGroup]) -> list[RequestGroup]:
    """Return the same cases for a server without a cache, with many issues instead of one."""
    cases = {one.case: one.urls for one in cached if one.label not in (EMPTY, UNCHANGED)}
    if "detail" in cases:
        cases["detail"] = random_issues()
    return [RequestGroup(case, RENDERED, urls, HOST) for case, urls in cases.items()]


def random_issues() -> list[str]:
    """Return the URLs of issues in an order that is random, and the same in each run."""
    pks = list(IssuePage.objects.order_by("-date", "-pk").values_list("pk", flat=True))
    chosen = random.Random(1).sample(pks, min(len(pks), MAX_ISSUES))  # noqa: S311
    return [f"{ISSUES}{pk}/" for pk in chosen]


def cpu_seconds(
    servers: dict[str, Server], groups: list[RequestGroup], options: Namespace
) -> Seconds:
    """Return the CPU seconds of 1,000 responses; the servers take turns, so that they are alike."""
    rounds: dict[Key, dict[str, list[float]]] = {}
    for number in range(options.rounds + 1):
        for one in groups:
            for name, server in servers.items():
                duration = options.seconds if number else WARM_UP_SECONDS
                found = cpu_of(server, one, duration, options.connections)
                if number:
                    cells = rounds.setdefault((one.case, one.label), {})
                    cells.setdefault(name, []).append(found)
    return {
        key: {name: median(found) for name, found in cells.items()} for key, cells in rounds.items()
    }


def cpu_of(server: Server, one: RequestGroup, seconds: int, connections: int) -> float:
    """Load the server; return the CPU seconds of its processes for 1,000 responses.

    Infinite if there was no response in time.
    """
    before = server.cpu_seconds()
    requests = load(server, one, seconds, connections).requests
    return (server.cpu_seconds() - before) / requests * 1000 if requests else inf
