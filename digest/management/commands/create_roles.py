"""``manage.py create_roles``: create groups for writers and editors."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from digest.importing.saving import ImportRejected, find_digest
from digest.pages.page_models import get_digest_page_model
from digest.publishing.roles import EDITORS, REVIEW, WRITERS, create_roles
from digest.registry import registry


class Command(BaseCommand):
    help = (
        f"Create the groups “{WRITERS}” and “{EDITORS}” and the workflow “{REVIEW}”, and grant "
        "them permissions for the digests. It revokes nothing, so it can be run at any time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--digest",
            action="append",
            metavar="SLUG",
            help="only this digest; may be given several times (default: all)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            digests = [find_digest(slug) for slug in options["digest"] or []]
        except ImportRejected as error:
            raise CommandError(str(error)) from None
        digests = digests or list(get_digest_page_model().objects.filter(alias_of=None))
        create_roles(digests)
        names = ", ".join(digest.title for digest in digests) or "no digest yet: run it again"
        self.stdout.write(self.style.SUCCESS(f"{WRITERS} and {EDITORS} may work on: {names}."))
        for name in sorted(registry.roles.keys() - {WRITERS, EDITORS}):
            self.stdout.write(self.style.SUCCESS(f"There is a group “{name}”, too."))
