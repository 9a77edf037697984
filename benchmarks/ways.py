"""In which ways each question is asked: of whom, kept or not, compressed or not."""

from collections.abc import Iterator

from benchmarks.asker import GZIP, Asker
from benchmarks.catalogue import OURS, Question
from benchmarks.measure import Way

EMPTY = "an empty Django view"
# Ours: rendered each time, cached, and unchanged for a client that has the ETag.
RENDERED, CACHED, UNCHANGED = f"{OURS}, rendered", f"{OURS}, cached", f"{OURS}, 304"
# Behind the name of a way: the same, of a client that takes compressed answers.
PACKED = ", gzip"


def ways(asker: Asker, question: Question) -> dict[str, Way]:
    """All ways to the answer of a question, and the empty view to compare them with."""
    found = {EMPTY: asker.way(["/empty/"])}
    for packed, headers in [("", {}), (PACKED, GZIP)]:
        for who, way in _of_client(asker, question, headers):
            found[who + packed] = way
    return found


def _of_client(
    asker: Asker, question: Question, headers: dict[str, str]
) -> Iterator[tuple[str, Way]]:
    for who, addresses in question.requests.items():
        if who == OURS:
            yield RENDERED, asker.way(addresses, headers, settings={"DIGEST_CACHE_SECONDS": 0})
            yield CACHED, asker.way(addresses, headers)
            known = headers | {"If-None-Match": etag(asker, addresses[0], headers)}
            yield UNCHANGED, asker.way(addresses, known, status=304)
        else:
            yield who, asker.way(addresses, headers)


def etag(asker: Asker, address: str, headers: dict[str, str]) -> str:
    """What a client remembers of an answer; nothing of a failure."""
    return asker.ask(asker.environ(address, headers)).headers.get("ETag", "none")
