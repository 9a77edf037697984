"""``manage.py digest_status``: print when each job ran and runs next, and the rows of apps."""

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from digest.jobs.core import is_publishing_late
from digest.jobs.models import JobRun, last_runs
from digest.jobs.status import status_rows
from digest.registry import Job, Status, registry


class Command(BaseCommand):
    help = "Print when each job ran and what waits; fail if scheduled publishing is late."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON, for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        jobs = [status_of(job, run) for job, run in last_runs(registry.jobs)]
        rows = status_rows()
        if options["json"]:
            found = {"jobs": jobs, "status": [data_of(row) for row in rows]}
            self.stdout.write(json.dumps(found, indent=2, cls=DjangoJSONEncoder))
        else:
            lines = [*map(line_of, jobs), *map(line_of_row, rows)]
            self.stdout.write("\n".join(lines))
        if is_publishing_late():
            raise CommandError(
                "Scheduled publishing has not run for ten minutes. Start manage.py run_jobs."
            )


def status_of(job: Job, run: JobRun) -> dict[str, Any]:
    return {
        "name": job.name,
        "last_run": run.started_at,
        "next_run": _next_run(job, run),
        "may_run_early": job.is_due is not None,
        "is_running": run.is_running,
        "error": run.error,
    }


def _next_run(job: Job, run: JobRun) -> datetime:
    is_due = job.is_due is not None and job.is_due()
    return timezone.now() if is_due else run.due_at(job.every)


def line_of(status: dict[str, Any]) -> str:
    """Format ``publish_scheduled  last run 2026-11-29 ..., next 2026-11-29 ...``."""
    last, upcoming = status["last_run"], format_datetime(status["next_run"])
    ran = f"last run {format_datetime(last)}" if last else "has not run yet"
    running = ", running" if status["is_running"] else ""
    early = ", or earlier if something is due" if status["may_run_early"] else ""
    failed = f", error: {'; '.join(status['error'].splitlines())}" if status["error"] else ""
    return f"{status['name']:18} {ran}{running}, next {upcoming}{early}{failed}"


def data_of(row: Status) -> dict[str, Any]:
    return {"name": row.name, "value": row.value, "is_problem": row.is_problem}


def line_of_row(row: Status) -> str:
    """Format ``changes_failed_pages  12, 13 (problem)``."""
    value = row.value
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    elif isinstance(value, datetime):
        value = format_datetime(value)
    text = "none" if value in (None, "") else value
    return f"{row.name:18} {text}{' (problem)' if row.is_problem else ''}"


def format_datetime(value: datetime) -> str:
    return timezone.localtime(value).isoformat(" ", "seconds")
