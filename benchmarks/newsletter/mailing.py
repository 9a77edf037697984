"""Start and fill a mailing, and claim its mails, with few readers and with many."""

import time
from collections.abc import Iterator
from typing import Any

from django.db import connection

from benchmarks.newsletter import readers
from benchmarks.tables import at_least, at_most
from digest.contrib.newsletter import mailings, progress, queue
from digest.contrib.newsletter.models import EmailDelivery, Mailing, Subscriber, Subscription

CLAIMS = 50
MOST_SECONDS, MOST_SECONDS_TO_FIRST, LEAST_OF_CLAIMS = 10, 1, 0.9


def figures(digest: Any, issue: Any, small: int, large: int, chosen: set[str]) -> Iterator[str]:
    rates = []
    for number in (small, large):
        readers.create(digest, number)
        mailing, to_first, to_last = _start(issue)
        if "fill" in chosen:
            yield at_most(f"{number:,} mails: the first is claimed after", to_first, 1, " s")
            yield at_most(f"{number:,} mails: all are written after", to_last, MOST_SECONDS, " s")
        readers.analyze()
        if "claims" in chosen:
            rates.append(_claims_per_second(mailing))
            yield f"{number:,} mails: {rates[-1]:,.0f} claimed/s"
    if rates:
        text = f"claims/s with {large:,} mails: of those with {small:,}"
        yield at_least(text, rates[1] / rates[0], LEAST_OF_CLAIMS)
    yield from _sizes()


def _start(issue: Any) -> tuple[Mailing, float, float]:
    """Start a mailing; return it, and the seconds until a mail is claimed and until all exist."""
    EmailDelivery.objects.all()._raw_delete(using="default")
    Mailing.objects.all().delete()
    mailing = mailings.schedule(issue, user=None)
    start = time.perf_counter()
    progress.start(mailing)
    mailing.refresh_from_db()
    progress.fill(mailing)
    queue.release(queue.claim_mails(mailing))
    to_first = time.perf_counter() - start
    readers.fill(mailing)
    return mailing, to_first, time.perf_counter() - start


def _claims_per_second(mailing: Mailing) -> float:
    """Return how many mails a second are claimed, in claims of a hundred."""
    start, claimed = time.perf_counter(), 0
    for _number in range(CLAIMS):
        claimed += len(queue.claim_mails(mailing))
    return claimed / (time.perf_counter() - start)


def _sizes() -> Iterator[str]:
    """Yield the bytes of a subscriber with its subscription, and of a mail, with their indexes."""
    if connection.vendor != "postgresql":
        return
    for name, models in {
        "a subscriber": [Subscriber, Subscription],
        "a mail": [EmailDelivery],
    }.items():
        size = sum(map(_size, models)) / models[0].objects.count()
        yield f"{name}: {size:,.0f} bytes with indexes"


def _size(model: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size(%s)", [model._meta.db_table])
        return cursor.fetchone()[0]
