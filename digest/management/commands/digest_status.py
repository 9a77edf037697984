"""``manage.py digest_status``: print when each job ran and runs next."""

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from digest.jobs.core import is_publishing_late
from digest.jobs.models import JobRun, last_runs
from digest.registry import Job, registry


class Command(BaseCommand):
    help = "Print when each job ran and runs next; fail if scheduled publishing is late."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON, for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        jobs = [status_of(job, run) for job, run in last_runs(registry.jobs)]
        if options["json"]:
            self.stdout.write(json.dumps({"jobs": jobs}, indent=2, cls=DjangoJSONEncoder))
        else:
            self.stdout.write("\n".join(map(line_of, jobs)))
        if is_publishing_late():
            raise CommandError(
                "Scheduled publishing has not run for ten minutes. Start manage.py run_jobs."
            )


def status_of(job: Job, run: JobRun) -> dict[str, Any]:
    return {
        "name": job.name,
        "last_run": run.started_at,
        "next_run": run.due_at(job.every),
        "is_running": run.is_running,
        "error": run.error,
    }


def line_of(status: dict[str, Any]) -> str:
    """Format ``publish_scheduled  last run 2026-11-29 ..., next 2026-11-29 ...``."""
    last, upcoming = status["last_run"], format_datetime(status["next_run"])
    ran = f"last run {format_datetime(last)}" if last else "has not run yet"
    running = ", running" if status["is_running"] else ""
    failed = f", error: {'; '.join(status['error'].splitlines())}" if status["error"] else ""
    return f"{status['name']:18} {ran}{running}, next {upcoming}{failed}"


def format_datetime(value: datetime) -> str:
    return timezone.localtime(value).isoformat(" ", "seconds")
