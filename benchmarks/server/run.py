"""The rounds: everybody in turn under gunicorn, ours again through Varnish, then the memory."""

from argparse import Namespace
from http.client import HTTPConnection
from urllib.parse import urlsplit

from benchmarks.asker import GZIP
from benchmarks.database import database
from benchmarks.server import wrk
from benchmarks.server.memory import watch
from benchmarks.server.questions import Asked, asked
from benchmarks.server.report import Key, Loads, flat, header, table, verdicts
from benchmarks.server.serving import WORKERS, Server, gunicorn, has_varnish, varnish
from benchmarks.start import announce
from benchmarks.ways import UNCHANGED

# Seconds of load before anything is counted, so that every worker has kept what it keeps.
WARMING = 1


def run(options: Namespace, directory: str, is_kept: bool) -> None:
    """Measure with each size of database."""
    announce()
    print(f"gunicorn, {WORKERS} workers of 4 threads; wrk, {options.connections} connections")
    for issues in options.issues:
        with database(issues, directory, is_kept):
            if options.memory:
                with gunicorn(directory) as server:
                    print(flat(watch(server, options.memory, options.connections)), flush=True)
            else:
                speeds(options, directory)


def speeds(options: Namespace, directory: str) -> None:
    """The tables of one size: the site itself, and Varnish in front of it."""
    headers = GZIP if options.gzip else {}
    every, ours = (list(asked(options.only, headers, only)) for only in (False, True))
    with gunicorn(directory) as server:
        print(header("gunicorn"), flush=True)
        loads = ask(server, every, options)
        print("\n".join([*table(every, loads), *verdicts(loads)]), flush=True)
        if not has_varnish():
            print("\nvarnishd is missing: nothing is measured there (Debian: apt install varnish).")
        elif not options.without_varnish:
            with varnish(server, directory) as front:
                print(header("Varnish"), flush=True)
                print("\n".join(table(ours, ask(front, ours, options))), flush=True)


def ask(server: Server, every: list[Asked], options: Namespace) -> Loads:
    """Load the server with one after the other, round by round; the usual round of each."""
    rounds: dict[Key, list[wrk.Load]] = {}
    for number in range(options.rounds + 1):
        for one in every:
            seconds = options.seconds if number else WARMING
            found = load(server, one, seconds, options.connections)
            if number:
                rounds.setdefault((one.question, one.who), []).append(found)
    return {key: usual(found) for key, found in rounds.items()}


def load(server: Server, one: Asked, seconds: int, connections: int) -> wrk.Load:
    """What wrk sees, in whole answers; RuntimeError where it is not the one that is wanted."""
    wanted, status = 304 if one.who == UNCHANGED else 200, status_of(server, one)
    if status != wanted:
        raise RuntimeError(f"{one.question}, {one.who}: answers {status}, not {wanted}")
    found = wrk.load(server.address, one.addresses, one.headers, seconds, connections)
    return found._replace(requests=found.requests / len(one.addresses))


def status_of(server: Server, one: Asked) -> int:
    """What the server answers with to a single request."""
    connection = HTTPConnection(urlsplit(server.address).netloc, timeout=60)
    connection.request("GET", one.addresses[0], headers=one.headers)
    status = connection.getresponse().status
    connection.close()
    return status


def usual(rounds: list[wrk.Load]) -> wrk.Load:
    """The round whose rate is the median; failures are those of all rounds."""
    found = sorted(rounds, key=lambda load: load.rate)[len(rounds) // 2]
    return found._replace(failures=sum(load.failures for load in rounds))
