"""Two answers for whoever watches the server: is the process alive, and can it serve?"""

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
    """200 while the process answers; asks no database, so that its trouble restarts nobody."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and every migration is applied, otherwise 503 saying which."""
    checks = {"database": "failed", "migrations": "not checked"}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        checks |= {"database": "ok", "migrations": "failed"}
        if not _unapplied_migrations():
            checks["migrations"] = "ok"
    except Error:
        logger.exception("The database does not answer.")
    ready = set(checks.values()) == {"ok"}
    body = {"status": "ok" if ready else "unavailable", "checks": checks}
    return JsonResponse(body, status=200 if ready else 503)


def _unapplied_migrations() -> list:
    """The migrations that `manage.py migrate` would still apply."""
    executor = MigrationExecutor(connection)
    return executor.migration_plan(executor.loader.graph.leaf_nodes())
