"""Check many sources one after the other; concurrent runs share the work.

A run claims a host before it sends requests to it, and releases it afterwards; other runs check
other hosts first. Claims expire, so a killed run blocks nothing.
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
from digest.sources.checking import RETRY_DELAY, CheckResult, check_url, record
from digest.sources.models import CheckedHost, Source, source_key

# Longer than the slowest check: robots.txt, HEAD and GET, each with redirects.
CLAIM_TIMEOUT = timedelta(minutes=10)
# For a source whose host is claimed by another run.
MAX_TRIES = 3
# Hosts without requests for this long are deleted.
HOST_EXPIRY = timedelta(days=1)

logger = logging.getLogger(__name__)


def due_sources(older_than: int | None = None, url: str = "") -> QuerySet:
    """Return the cited sources that are due for a check, the least recently checked first."""
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

    policy: RobotsPolicy = field(default_factory=RobotsPolicy)
    # Sources that were skipped, because another run had claimed their host.
    skipped: int = 0

    def check(self, sources: QuerySet) -> Iterator[tuple[Source, CheckResult]]:
        """Check the sources, and yield each with its result as soon as that is saved."""
        CheckedHost.objects.filter(free_at__lt=timezone.now() - HOST_EXPIRY).delete()
        waiting = deque(_round_robin(sources))
        postponed: dict[int, int] = defaultdict(int)
        while waiting:
            pk, host, checked_at = waiting.popleft()
            wait = claim(host)
            if not wait:
                yield from self._check_one(pk, host, checked_at)
            elif wait <= conf.SOURCE_CHECK_PAUSE:
                time.sleep(wait)  # not claimed, but its pause is not over
                waiting.appendleft((pk, host, checked_at))
            elif postponed[pk] < MAX_TRIES:
                postponed[pk] += 1
                time.sleep(conf.SOURCE_CHECK_PAUSE)
                waiting.append((pk, host, checked_at))
            else:
                self.skipped += 1

    def _check_one(
        self, pk: int, host: str, checked_at: datetime | None
    ) -> Iterator[tuple[Source, CheckResult]]:
        try:
            # Unless another run has checked it since.
            source = Source.objects.with_citations().filter(pk=pk, checked_at=checked_at).first()
            if source and source.cited_url:
                result = check_url(source.cited_url, self.policy)
                yield record(source, result), result
        except Exception:  # no page may stop the check of the others
            logger.exception("Source %s could not be checked.", pk)
            Source.objects.filter(pk=pk).update(due_at=timezone.now() + RETRY_DELAY)
        finally:
            release(host)


def _round_robin(sources: QuerySet) -> Iterator[tuple[int, str, datetime | None]]:
    """Alternate between hosts, so that the pause of one is spent on the others."""
    by_host: dict[str, deque] = defaultdict(deque)
    for row in sources.values_list("pk", "host", "checked_at"):
        by_host[row[1]].append(row)
    while by_host:
        for host in list(by_host):
            yield by_host[host].popleft()
            if not by_host[host]:
                del by_host[host]


def claim(host: str) -> float:
    """Claim a host for this run and return 0, or return the seconds until it is free."""
    now = timezone.now()
    CheckedHost.objects.bulk_create([CheckedHost(name=host, free_at=now)], ignore_conflicts=True)
    free = CheckedHost.objects.filter(name=host, free_at__lte=now)
    if free.update(free_at=now + CLAIM_TIMEOUT):
        return 0
    # None if another run has deleted it since.
    taken = CheckedHost.objects.filter(name=host).first()
    return max((taken.free_at - now).total_seconds(), 0.01) if taken else 0.01


def release(host: str) -> None:
    """Release a host once its pause is over."""
    free_at = timezone.now() + timedelta(seconds=conf.SOURCE_CHECK_PAUSE)
    CheckedHost.objects.filter(name=host).update(free_at=free_at)
