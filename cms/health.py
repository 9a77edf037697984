"""Liveness and readiness probes."""

import logging

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Return 200 without a query, so that a failing database does not restart the process."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Return 200 if the database works and all migrations are applied, else 503 with the check."""
    checks = {"database": "failed", "migrations": "not checked"}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        checks |= {"database": "ok", "migrations": "failed"}
        if not _unapplied_migrations():
            checks["migrations"] = "ok"
    except Error:
        logger.exception("The database is not available.")
    ready = set(checks.values()) == {"ok"}
    body = {"status": "ok" if ready else "unavailable", "checks": checks}
    return JsonResponse(body, status=200 if ready else 503)


def _unapplied_migrations() -> list:
    executor = MigrationExecutor(connection)
    return executor.migration_plan(executor.loader.graph.leaf_nodes())
