"""The time and the queries of one request."""

import time
from collections.abc import Callable, Iterator
from statistics import median, quantiles
from typing import Any, NamedTuple

from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks.submissions.script import STORIES, Script
from benchmarks.tables import at_most
from digest.contrib.submissions import keys
from digest.importing import map_parts, read_parts
from digest.importing.documents import text_document
from digest.importing.saving import save_issue
from digest.models import DigestPage

MOST_DRAFT, MOST_QUERIES, MOST_DRY_RUN, MOST_REPLAY, MOST_REFUSED = 250, 40, 200, 10, 2
Environ = dict[str, Any]


class Cost(NamedTuple):
    """Milliseconds of one kind of request, by the clock and of this process, and its queries."""

    median: float
    p95: float
    cpu: float
    queries: int


def figures(script: Script, rounds: int, chosen: set[str]) -> Iterator[str]:
    if "draft" in chosen:
        cost = measure(script, lambda: script.environ(script.document()), 201, rounds)
        name = f"a draft of {STORIES} stories"
        yield at_most(f"{_named(name, cost)}, p95", cost.p95, MOST_DRAFT, " ms")
        yield at_most(f"{name}, queries", cost.queries, MOST_QUERIES)
        saving, savepoints = _queries_of_import(script)
        yield f"  import_issue: {saving} to save such a draft, {savepoints} of them savepoints"
    if "dry-run" in chosen:
        dry = "&dry_run=true"
        cost = measure(script, lambda: script.environ(script.document(), dry), 200, rounds)
        yield at_most(_named("a dry run", cost), cost.median, MOST_DRY_RUN, " ms")
    if "replay" in chosen:
        again = script.environ(script.document())
        cost = measure(script, lambda: again, 201, rounds)
        yield at_most(_named("a replay", cost), cost.median, MOST_REPLAY, " ms")
    if "refused" in chosen:
        document, header = script.document(), f"Bearer {keys.new_key()}"
        wrong = script.environ(document, Authorization=header)
        cost = measure(script, lambda: wrong, 401, rounds)
        yield at_most(_named("a refused key", cost), cost.median, MOST_REFUSED, " ms")
        yield at_most("a refused key, queries", cost.queries, 1)


def _queries_of_import(script: Script) -> tuple[int, int]:
    """Count the queries of saving such a draft by code, without a request and a checklist."""
    draft = map_parts(read_parts(text_document(script.document().decode(), "draft.md")))
    digest = DigestPage.objects.get(slug=script.digest)
    with CaptureQueriesContext(connection) as queries:
        save_issue(draft, digest)
    savepoints = [query for query in queries if "SAVEPOINT" in query["sql"]]
    return len(queries), len(savepoints)


def _named(name: str, cost: Cost) -> str:
    return f"{name}, {cost.cpu:.1f} ms of CPU"


def measure(script: Script, make: Callable[[], Environ], status: int, rounds: int) -> Cost:
    """Send requests that ``make`` makes, of which the first ones load modules and do not count."""
    times = [_send(script, make(), status) for _number in range(rounds + 3)][3:]
    with CaptureQueriesContext(connection) as queries:
        _send(script, make(), status)
    elapsed, cpu = zip(*times, strict=True)
    p95 = quantiles([*elapsed, elapsed[-1]], n=20, method="inclusive")[-1]
    return Cost(median(elapsed), p95, median(cpu), len(queries))


def _send(script: Script, environ: Environ, status: int) -> tuple[float, float]:
    """Return the milliseconds by the clock and of this process."""
    start, cpu = time.perf_counter(), time.process_time()
    response = script.send(environ)
    elapsed, used = time.perf_counter() - start, time.process_time() - cpu
    if response.status != status:
        raise RuntimeError(f"The status is {response.status}: {response.content[:500]!r}")
    return elapsed * 1000, used * 1000
