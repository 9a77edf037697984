"""What apps report of their work, for ``digest_status`` and the admin's home page."""

from django.utils.module_loading import import_string

from digest.registry import Status, registry


def status_rows() -> list[Status]:
    """Return the rows of all apps."""
    return [row for name in registry.status for row in import_string(name)()]
