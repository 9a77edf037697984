"""Load gunicorn with the requests of all APIs, and Varnish with ours; or measure the memory."""

from argparse import Namespace
from http.client import HTTPConnection
from urllib.parse import urlsplit

from benchmarks.client import GZIP
from benchmarks.database import database
from benchmarks.server import wrk
from benchmarks.server.cases import RequestGroup, request_groups
from benchmarks.server.memory import measure_memory
from benchmarks.server.report import Key, Loads, header, memory_verdict, table, verdicts
from benchmarks.server.serving import WORKERS, Server, gunicorn, has_varnish, varnish
from benchmarks.start import prepare
from benchmarks.variants import UNCHANGED

# Seconds of load before the measurement, so that every worker has filled its caches.
WARM_UP_SECONDS = 1


def run(options: Namespace, directory: str, is_persistent: bool) -> None:
    prepare()
    print(f"gunicorn, {WORKERS} workers of 4 threads; wrk, {options.connections} connections")
    for issues in options.issues:
        with database(issues, directory, is_persistent):
            if options.memory:
                with gunicorn(directory) as server:
                    use = measure_memory(server, options.memory, options.connections)
                    print(memory_verdict(use), flush=True)
            else:
                measure_speed(options, directory)


def measure_speed(options: Namespace, directory: str) -> None:
    """Print the tables of one size, under gunicorn and behind Varnish."""
    headers = GZIP if options.gzip else {}
    every, ours = (list(request_groups(options.only, headers, only)) for only in (False, True))
    with gunicorn(directory) as server:
        print(header("gunicorn"), flush=True)
        loads = run_groups(server, every, options)
        print("\n".join([*table(every, loads), *verdicts(loads)]), flush=True)
        if not has_varnish():
            print("\nvarnishd is missing, so it is not measured (Debian: apt install varnish).")
        elif not options.without_varnish:
            with varnish(server, directory) as front:
                print(header("Varnish"), flush=True)
                print("\n".join(table(ours, run_groups(front, ours, options))), flush=True)


def run_groups(server: Server, every: list[RequestGroup], options: Namespace) -> Loads:
    """Load the server with one group after the other; return the median round of each."""
    rounds: dict[Key, list[wrk.Load]] = {}
    for number in range(options.rounds + 1):
        for one in every:
            seconds = options.seconds if number else WARM_UP_SECONDS
            found = load(server, one, seconds, options.connections)
            if number:
                rounds.setdefault((one.case, one.label), []).append(found)
    return {key: median_round(found) for key, found in rounds.items()}


def load(server: Server, one: RequestGroup, seconds: int, connections: int) -> wrk.Load:
    """Run wrk, and count results instead of requests; RuntimeError for an unexpected status."""
    expected, status = 304 if one.label == UNCHANGED else 200, status_of(server, one)
    if status != expected:
        raise RuntimeError(f"{one.case}, {one.label}: status {status}, not {expected}")
    found = wrk.load(server.url, one.urls, one.headers, seconds, connections)
    return found._replace(requests=found.requests / len(one.urls))


def status_of(server: Server, one: RequestGroup) -> int:
    """Return the status of a single request."""
    connection = HTTPConnection(urlsplit(server.url).netloc, timeout=60)
    connection.request("GET", one.urls[0], headers=one.headers)
    status = connection.getresponse().status
    connection.close()
    return status


def median_round(rounds: list[wrk.Load]) -> wrk.Load:
    """Return the round with the median rate, and the failures of all rounds."""
    found = sorted(rounds, key=lambda load: load.rate)[len(rounds) // 2]
    return found._replace(failures=sum(load.failures for load in rounds))
