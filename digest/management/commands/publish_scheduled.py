"""``manage.py publish_scheduled``: publish and unpublish by ``digest.publishing.scheduling``."""

from typing import Any

from django.core.management.base import CommandError
from wagtail.management.commands import publish_scheduled

from digest.publishing import scheduling


class Command(publish_scheduled.Command):
    help = (
        "Publish scheduled pages and snippets, and unpublish expired ones. It can be killed at any "
        "time, and several may run at once."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Publish and unpublish; raise CommandError with a line for each that failed."""
        if options["dryrun"]:
            super().handle(*args, **options)
        elif failed := scheduling.run():
            raise CommandError("\n".join(failed))
