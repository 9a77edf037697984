"""``manage.py create_roles``: groups for writers and editors (``digest.publishing.roles``)."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from digest.importing.saving import ImportRejected, find_digest
from digest.pages.page_models import get_digest_page_model
from digest.publishing.roles import EDITORS, REVIEW, WRITERS, create_roles


class Command(BaseCommand):
    """Makes the roles, and lets them work on some digests or all."""

    help = (
        f"Make the groups “{WRITERS}” and “{EDITORS}” and the workflow “{REVIEW}”, and let them "
        "work on the digests there are. It takes nothing away, so it can be run at any time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which digests."""
        parser.add_argument(
            "--digest",
            action="append",
            metavar="SLUG",
            help="only this digest; may be given several times (default: all)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make them; raises CommandError for a digest that there is not."""
        try:
            digests = [find_digest(slug) for slug in options["digest"] or []]
        except ImportRejected as error:
            raise CommandError(str(error)) from None
        digests = digests or list(get_digest_page_model().objects.filter(alias_of=None))
        create_roles(digests)
        names = ", ".join(digest.title for digest in digests) or "no digest yet: run it again"
        self.stdout.write(self.style.SUCCESS(f"{WRITERS} and {EDITORS} may work on: {names}."))
