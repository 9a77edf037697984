"""Requests to the server, by case and API."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.cases import OURS, first_pages
from benchmarks.client import Client
from benchmarks.variants import CACHED, EMPTY, UNCHANGED, etag

# Responses contain URLs with the host, so ETags depend on it.
HOST = {"Host": "localhost"}


@dataclass
class RequestGroup:
    """The URLs that one result takes, and the headers of the requests."""

    case: str
    label: str
    urls: list[str]
    headers: dict[str, str] = field(default_factory=dict)


def request_groups(
    names: list[str], headers: dict[str, str], only_ours: bool = False
) -> Iterator[RequestGroup]:
    """Yield the requests of the named cases, after those of the empty view."""
    client, headers = Client(), HOST | headers
    yield RequestGroup("empty", EMPTY, ["/empty/"], headers)
    for case in first_pages():
        if case.name not in names:
            continue
        for label, urls in case.requests.items():
            if label == OURS:
                yield RequestGroup(case.name, CACHED, urls, headers)
                known = headers | {"If-None-Match": etag(client, urls[0], {})}
                yield RequestGroup(case.name, UNCHANGED, urls, known)
            elif not only_ours:
                yield RequestGroup(case.name, label, urls, headers)
