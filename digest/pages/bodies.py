"""Reading of bodies that may be broken."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError

logger = logging.getLogger(__name__)


@contextmanager
def tolerate_broken_body(issue: Any) -> Iterator[None]:
    """Log and suppress errors in reading a body, so that its issue can still be unpublished."""
    try:
        yield
    except DatabaseError:  # Not the fault of the body, and it has aborted the transaction.
        raise
    except Exception:
        logger.exception("The body of issue %s cannot be read.", issue.pk)
