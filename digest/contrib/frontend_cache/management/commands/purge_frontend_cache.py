"""``manage.py purge_frontend_cache``: empty the caches in front of the site."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from digest.contrib.frontend_cache import purging


class Command(BaseCommand):
    """Tells the caches in front what a bulk update, a new template or a new version does not."""

    help = (
        "Tell the caches in front of the site to drop what they keep, after a bulk update of the "
        "database or a new version. They are those of wagtail.contrib.frontend_cache."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Purge the fixed addresses, and with them whole hosts where the cache can do that."""
        if not purging.is_used():
            raise CommandError("There is no cache: WAGTAILFRONTENDCACHE is not set.")
        count = purging.purge_all()
        text = (
            f"{count} addresses are told to the caches; the log names a cache that was not reached."
        )
        self.stdout.write(self.style.SUCCESS(text))
