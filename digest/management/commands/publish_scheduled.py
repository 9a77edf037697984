"""``manage.py publish_scheduled``, each page in a transaction of its own.

See ``digest.publishing.scheduling``.
"""

from typing import Any

from django.core.management.base import CommandError
from wagtail.management.commands import publish_scheduled

from digest.publishing import scheduling


class Command(publish_scheduled.Command):
    """Publishes and takes back what is due, each in a transaction of its own."""

    help = (
        "Publish what is scheduled and take back what has expired: pages and snippets. It can be "
        "killed at any time, and several may run at once."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, or list it (``--dryrun``); CommandError with a line for each that failed."""
        if options["dryrun"]:
            super().handle(*args, **options)
        elif failed := scheduling.run():
            raise CommandError("\n".join(failed))
