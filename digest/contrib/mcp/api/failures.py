"""What fails without a reason that a client could know."""

import logging
from typing import Any

from django.core.signals import got_request_exception
from django.db import OperationalError
from django.http import HttpRequest

from digest.api.errors import problem
from digest.contrib.submissions.api.problems import TRY_AGAIN
from digest.contrib.submissions.busy import is_busy

RETRY_AFTER = 5  # seconds
logger = logging.getLogger("django.request")


def problem_of_failure(
    error: Exception, request: HttpRequest, message: str
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the problem of an exception and its headers; report it unless the database is busy."""
    if isinstance(error, OperationalError) and is_busy(error):
        return problem(TRY_AGAIN), {"Retry-After": str(RETRY_AFTER)}
    got_request_exception.send(sender=problem_of_failure, request=request)
    logger.error(message, exc_info=error)
    return problem(500), {}
