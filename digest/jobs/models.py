"""The last run of each job, in a row that runners claim."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone

from digest.registry import Job

# A claim lapses if it is not extended, as when its runner was killed.
CLAIM = timedelta(minutes=2)


class JobRun(models.Model):
    """Record the last run of a job; ``claimed_until`` is set while it runs or if interrupted."""

    readers_see_rows = False

    name = models.CharField(max_length=100, primary_key=True)
    started_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name

    @property
    def is_running(self) -> bool:
        return self.claimed_until is not None and self.claimed_until > timezone.now()

    def due_at(self, every: timedelta) -> datetime:
        """Return when the job is to run next: now if it never ran or its runner was killed."""
        was_killed = self.claimed_until and not self.is_running
        if self.started_at is None or was_killed:
            return timezone.now()
        return self.started_at + every

    def is_due(self, every: timedelta) -> bool:
        due_at = self.due_at(every)
        now = timezone.now()
        # If it is further away, the clock was set back.
        return not now < due_at <= now + every

    def claim(self) -> bool:
        """Claim the job, unless another runner has claimed it since this row was read."""
        if self._state.adding:
            JobRun.objects.bulk_create([JobRun(name=self.name)], ignore_conflicts=True)
        now = timezone.now()
        unclaimed = models.Q(claimed_until=None) | models.Q(claimed_until__lte=now)
        rows = JobRun.objects.filter(unclaimed, name=self.name, started_at=self.started_at)
        if not rows.update(started_at=now, claimed_until=now + CLAIM):
            return False
        self.started_at, self.claimed_until = now, now + CLAIM
        return True

    def extend(self) -> bool:
        """Extend the claim; False if it has lapsed and another runner has claimed the job."""
        return bool(self._claimed().update(claimed_until=timezone.now() + CLAIM))

    def finish(self, error: str = "") -> None:
        self._claimed().update(claimed_until=None, error=error)

    def interrupt(self) -> None:
        """End the claim of an interrupted job, so that it is due at once."""
        self._claimed().update(claimed_until=timezone.now())

    def _claimed(self) -> models.QuerySet:
        rows = JobRun.objects.filter(name=self.name, started_at=self.started_at)
        return rows.exclude(claimed_until=None)


def last_runs(jobs: Iterable[Job]) -> list[tuple[Job, JobRun]]:
    """Return each job with its last run, which is not saved yet if it never ran."""
    jobs = list(jobs)
    found = JobRun.objects.in_bulk([job.name for job in jobs])
    return [(job, found.get(job.name) or JobRun(name=job.name)) for job in jobs]
