"""Checks many sources, one after the other, so that two runs at once share the work.

A host is claimed before it is asked and let go after it: who finds it claimed takes another source
first. A claim ends by itself, so a run that is killed holds up nothing and loses nothing.
"""

import logging
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from digest.conf import conf
from digest.http.robots import RobotsPolicy
from digest.sources.checking import RETRY, Finding, look_at, record
from digest.sources.models import CheckedHost, Source, source_key

# Longer than the slowest check takes: robots.txt, HEAD and GET, each with redirects.
CLAIM = timedelta(minutes=10)
# How often a source is tried whose host another run is asking.
MOST_TRIES = 3
# A host that was asked for nothing so long is forgotten.
FORGOTTEN_AFTER = timedelta(days=1)

logger = logging.getLogger(__name__)


def due_sources(older_than: int | None = None, url: str = "") -> QuerySet:
    """The cited sources whose time has come, those longest not checked first."""
    sources = Source.objects.cited().order_by(F("checked_at").asc(nulls_first=True), "pk")
    if url:
        return sources.filter(key=source_key(url))
    now = timezone.now()
    if older_than is not None:
        limit = now - timedelta(days=older_than)
        return sources.filter(Q(checked_at=None) | Q(checked_at__lte=limit))
    return sources.filter(Q(due_at=None) | Q(due_at__lte=now))


@dataclass
class Run:
    """One run of ``check_sources``."""

    manners: RobotsPolicy = field(default_factory=RobotsPolicy)
    # Sources whose host another run was asking, all the time.
    left: int = 0

    def check(self, sources: QuerySet) -> Iterator[tuple[Source, Finding]]:
        """Check the sources, and yield each with what was found, as soon as that is kept."""
        CheckedHost.objects.filter(free_at__lt=timezone.now() - FORGOTTEN_AFTER).delete()
        waiting = deque(_in_turns(sources))
        put_off: dict[int, int] = defaultdict(int)
        while waiting:
            pk, host, checked_at = waiting.popleft()
            wait = claim(host)
            if not wait:
                yield from self._check_one(pk, host, checked_at)
            elif wait <= conf.SOURCE_CHECK_PAUSE:
                time.sleep(wait)  # It only rests.
                waiting.appendleft((pk, host, checked_at))
            elif put_off[pk] < MOST_TRIES:
                put_off[pk] += 1
                time.sleep(conf.SOURCE_CHECK_PAUSE)
                waiting.append((pk, host, checked_at))
            else:
                self.left += 1

    def _check_one(
        self, pk: int, host: str, checked_at: datetime | None
    ) -> Iterator[tuple[Source, Finding]]:
        try:
            # Another run may have been faster.
            source = Source.objects.with_citations().filter(pk=pk, checked_at=checked_at).first()
            if source and source.cited_url:
                finding = look_at(source.cited_url, self.manners)
                yield record(source, finding), finding
        except Exception:  # What a page says may be odd in a new way: the others are checked.
            logger.exception("Source %s could not be checked.", pk)
            Source.objects.filter(pk=pk).update(due_at=timezone.now() + RETRY)
        finally:
            release(host)


def _in_turns(sources: QuerySet) -> Iterator[tuple[int, str, datetime | None]]:
    """One source of each host, then the next of each: while one host rests, others are asked."""
    by_host: dict[str, deque] = defaultdict(deque)
    for row in sources.values_list("pk", "host", "checked_at"):
        by_host[row[1]].append(row)
    while by_host:
        for host in list(by_host):
            yield by_host[host].popleft()
            if not by_host[host]:
                del by_host[host]


def claim(host: str) -> float:
    """Make a host this run's own for a while; else return in how many seconds it is free."""
    now = timezone.now()
    CheckedHost.objects.bulk_create([CheckedHost(name=host, free_at=now)], ignore_conflicts=True)
    free = CheckedHost.objects.filter(name=host, free_at__lte=now)
    if free.update(free_at=now + CLAIM):
        return 0
    taken = CheckedHost.objects.filter(name=host).first()  # None: another run has just forgotten it
    return max((taken.free_at - now).total_seconds(), 0.01) if taken else 0.01


def release(host: str) -> None:
    """Let a host go, after its pause."""
    free_at = timezone.now() + timedelta(seconds=conf.SOURCE_CHECK_PAUSE)
    CheckedHost.objects.filter(name=host).update(free_at=free_at)
