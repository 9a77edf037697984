"""Variants of each case: by API, rendered or cached, compressed or not."""

from collections.abc import Iterator

from benchmarks.cases import OURS, Case
from benchmarks.client import GZIP, Client
from benchmarks.measure import Variant

EMPTY = "an empty Django view"
# Ours: rendered each time, cached, and unchanged for a client that has the ETag.
RENDERED, CACHED, UNCHANGED = f"{OURS}, rendered", f"{OURS}, cached", f"{OURS}, 304"
# Suffix for a client that accepts compressed responses.
GZIPPED = ", gzip"


def variants(client: Client, case: Case) -> dict[str, Variant]:
    """Return all variants of a case, and the empty view as the baseline."""
    found = {EMPTY: client.variant(["/empty/"])}
    for gzipped, headers in [("", {}), (GZIPPED, GZIP)]:
        for label, variant in _of_client(client, case, headers):
            found[label + gzipped] = variant
    return found


def _of_client(
    client: Client, case: Case, headers: dict[str, str]
) -> Iterator[tuple[str, Variant]]:
    for label, urls in case.requests.items():
        if label == OURS:
            yield RENDERED, client.variant(urls, headers, settings={"DIGEST_CACHE_SECONDS": 0})
            yield CACHED, client.variant(urls, headers)
            known = headers | {"If-None-Match": etag(client, urls[0], headers)}
            yield UNCHANGED, client.variant(urls, known, status=304)
        else:
            yield label, client.variant(urls, headers)


def etag(client: Client, url: str, headers: dict[str, str]) -> str:
    """Return the ETag of a response; "none" if it has none."""
    return client.request(client.environ(url, headers)).headers.get("ETag", "none")
