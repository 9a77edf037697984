"""Import readers from a file, beside reading it and inserting the rows."""

import csv
import resource
import time
from collections.abc import Callable, Iterator
from io import BytesIO, StringIO
from typing import Any

from benchmarks.newsletter import readers
from benchmarks.tables import at_least
from digest.contrib.newsletter.models import Subscriber, SubscriberImport, Subscription
from digest.contrib.newsletter.transfer import importing, lines
from digest.contrib.newsletter.transfer.files import compress

BATCH = 1000
LEAST_OF_BARE = 0.3


def figures(digest: Any, *sizes: int) -> Iterator[str]:
    for number in sizes:
        content = "".join(f"reader{n}@example.org\n" for n in range(number))
        readers.delete()
        bare = _seconds(lambda content=content: _insert(digest, content))
        readers.delete()
        ours = _seconds(lambda content=content: _import(digest, content))
        if (found := Subscription.objects.count()) != number:
            raise RuntimeError(
                f"{found} readers were imported: {SubscriberImport.objects.get().reason}"
            )
        text = f"{number:,} readers imported in {ours:.1f} s: speed of bare csv"
        yield at_least(text, bare / ours, LEAST_OF_BARE)
        yield f"{number:,} readers: the process has grown to {_peak()} MB"


def _seconds(run: Callable[[], None]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def _insert(digest: Any, content: str) -> None:
    """Read a file and insert its rows, without looking at them."""
    addresses = [address for [address] in csv.reader(StringIO(content))]
    for start in range(0, len(addresses), BATCH):
        subscribers = Subscriber.objects.bulk_create(
            Subscriber(address=address, key=address, bucket=address)
            for address in addresses[start : start + BATCH]
        )
        Subscription.objects.bulk_create(
            Subscription(subscriber=subscriber, digest=digest, state="active", source="import")
            for subscriber in subscribers
        )


def _import(digest: Any, content: str) -> None:
    stored = compress(BytesIO(content.encode()))
    SubscriberImport.objects.create(
        digest=digest,
        note="A benchmark",
        file=stored,
        format=lines.recognised_format(stored),
        state=SubscriberImport.State.IMPORTING,
    )
    importing.run()


def _peak() -> int:
    """Return the most memory that this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
