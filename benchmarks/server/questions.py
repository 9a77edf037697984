"""What the server is asked, and by whose API."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.asker import Asker
from benchmarks.catalogue import OURS, first_pages
from benchmarks.ways import CACHED, EMPTY, UNCHANGED, etag

# The host of every request. Addresses in answers have it, so that ETags are the same everywhere.
HOST = {"Host": "localhost"}


@dataclass
class Asked:
    """Requests that together are one answer, and what is sent with each."""

    question: str
    who: str
    addresses: list[str]
    headers: dict[str, str] = field(default_factory=dict)


def asked(names: list[str], headers: dict[str, str], only_ours: bool = False) -> Iterator[Asked]:
    """All that is asked for the questions of these names; the empty view comes first."""
    asker, headers = Asker(), HOST | headers
    yield Asked("empty", EMPTY, ["/empty/"], headers)
    for question in first_pages():
        if question.name not in names:
            continue
        for who, addresses in question.requests.items():
            if who == OURS:
                yield Asked(question.name, CACHED, addresses, headers)
                known = headers | {"If-None-Match": etag(asker, addresses[0], {})}
                yield Asked(question.name, UNCHANGED, addresses, known)
            elif not only_ours:
                yield Asked(question.name, who, addresses, headers)
