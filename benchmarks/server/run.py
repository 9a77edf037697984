"""Load servers with the requests of all APIs, and Varnish with ours; or measure the memory."""

from argparse import Namespace

from benchmarks.client import GZIP
from benchmarks.database import database
from benchmarks.server import wrk
from benchmarks.server.cases import RequestGroup, request_groups
from benchmarks.server.cpu import cpu_table
from benchmarks.server.loading import WARM_UP_SECONDS, load
from benchmarks.server.memory import memory_use
from benchmarks.server.report import Key, Loads, header, memory_verdict, table, verdicts
from benchmarks.server.serving import WORKERS, Server, has_proc, has_varnish, site, varnish
from benchmarks.start import prepare


def run(options: Namespace, directory: str, is_persistent: bool) -> None:
    prepare()
    print(f"{WORKERS} workers of 4 threads; wrk, {options.connections} connections")
    for issues in options.issues:
        with database(issues, directory, is_persistent):
            if options.memory:
                measure_memory(options, directory)
                continue
            if not options.cpu:
                measure_speed(options, directory)
            if has_proc():
                print("\n".join(cpu_table(options, directory)), flush=True)


def measure_memory(options: Namespace, directory: str) -> None:
    """Print the memory of the workers under load, and whether it grows."""
    with site(directory, options.server) as server:
        use = memory_use(server, options.memory, options.connections)
        print(memory_verdict(use), flush=True)


def measure_speed(options: Namespace, directory: str) -> None:
    """Print the tables of one size, under a server and behind Varnish."""
    headers = GZIP if options.gzip else {}
    every, ours = (list(request_groups(options.only, headers, only)) for only in (False, True))
    with site(directory, options.server) as server:
        print(header(options.server), flush=True)
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
            # A result may take several requests.
            found = found._replace(requests=found.requests / len(one.urls))
            if number:
                rounds.setdefault((one.case, one.label), []).append(found)
    return {key: median_round(found) for key, found in rounds.items()}


def median_round(rounds: list[wrk.Load]) -> wrk.Load:
    """Return the round with the median rate, and the failures of all rounds."""
    found = sorted(rounds, key=lambda load: load.rate)[len(rounds) // 2]
    return found._replace(failures=sum(load.failures for load in rounds))
