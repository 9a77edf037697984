from typing import Any

from django.core.management.base import BaseCommand, CommandError

from digest.contrib.frontend_cache import purging


class Command(BaseCommand):
    help = (
        "Purge the front-end caches configured for wagtail.contrib.frontend_cache, after a change "
        "that sends no signal: a bulk update of the database, or a new version of the site."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not purging.is_configured():
            raise CommandError("No front-end cache is configured: WAGTAILFRONTENDCACHE is not set.")
        count = purging.purge_all()
        text = f"Purged {count} URLs; failed purge requests are logged."
        self.stdout.write(self.style.SUCCESS(text))
