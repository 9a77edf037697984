"""The jobs of the plugin itself."""

import logging
from datetime import timedelta

from django.db import connections
from django.utils import timezone

from digest.importing.review.uploads import Upload
from digest.jobs.models import JobRun
from digest.pages.tree import repair_child_counts
from digest.previews.tokens import PreviewToken
from digest.publishing import scheduling
from digest.registry import DAY, MINUTE, Job, Registry
from digest.sources.runs import Run, due_sources

logger = logging.getLogger(__name__)

PUBLISH_SCHEDULED = "publish_scheduled"
LATE_AFTER = timedelta(minutes=10)
SOURCES_PER_DAY = 500
# Of each index, so that it takes milliseconds (https://www.sqlite.org/lang_analyze.html).
ANALYSED_ROWS = 1000


def register_jobs(registry: Registry) -> None:
    # First, before the jobs of apps that registered earlier, so that none delays publishing.
    registry.jobs.insert(0, Job(PUBLISH_SCHEDULED, publish_scheduled, MINUTE))
    registry.jobs += [
        Job("check_sources", check_sources, DAY, is_long=True),
        Job("delete_expired", delete_expired, DAY),
        Job("repair_page_tree", repair_page_tree, DAY),
        Job("update_statistics", update_statistics, DAY),
    ]


def publish_scheduled() -> None:
    if failed := scheduling.run():
        raise RuntimeError("\n".join(failed))


def check_sources() -> None:
    for _ in Run().check(due_sources()[:SOURCES_PER_DAY]):
        pass


def delete_expired() -> None:
    Upload.objects.delete_expired()
    PreviewToken.objects.delete_expired()


def repair_page_tree() -> None:
    if repaired := repair_child_counts():
        logger.warning("The number of children was wrong for pages %s", repaired)


def update_statistics() -> None:
    """Let SQLite count rows for its query planner; PostgreSQL does so itself."""
    for connection in connections.all():
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA analysis_limit = {ANALYSED_ROWS}")
                cursor.execute("ANALYZE")


def is_publishing_late() -> bool:
    """Return whether scheduled publishing has not run for ten minutes."""
    since = timezone.now() - LATE_AFTER
    return not JobRun.objects.filter(name=PUBLISH_SCHEDULED, started_at__gt=since).exists()
