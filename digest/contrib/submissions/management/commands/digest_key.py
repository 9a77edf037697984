"""``manage.py digest_key make|list|revoke``: the API keys of submissions."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from digest.contrib.submissions.models import DEFAULT_LIFETIME, MAX_LIFETIME, ApiKey
from digest.contrib.submissions.new_keys import errors_of, expiry
from digest.importing.saving import ImportRejected, find_digest


def days(text: str) -> timedelta:
    """Return the lifetime of a key; an ``argparse`` type."""
    if not text.isdecimal() or not 1 <= int(text) <= MAX_LIFETIME.days:
        raise ArgumentTypeError(f"use 1 to {MAX_LIFETIME.days}")
    return timedelta(days=int(text))


class Command(BaseCommand):
    help = "Make, list or revoke the API keys with which scripts submit issues."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        make = actions.add_parser("make", help="make a key and print it, the only time")
        make.add_argument("name", help="what the key is for")
        make.add_argument(
            "--user", required=True, metavar="NAME", help="the user with whose rights it acts"
        )
        make.add_argument(
            "--digest", action="append", required=True, metavar="SLUG", help="may be repeated"
        )
        make.add_argument(
            "--level",
            choices=ApiKey.Level.values,
            default=ApiKey.Level.DRAFT.value,
            help="publish: it may also publish, without a person having read the issue",
        )
        make.add_argument(
            "--days", type=days, default=DEFAULT_LIFETIME, help="until it expires; by default 90"
        )
        make.add_argument(
            "--without-ai", action="store_true", help="no AI model writes or edits what it submits"
        )
        actions.add_parser("list", help="list all keys")
        revoke = actions.add_parser("revoke", help="revoke a key")
        revoke.add_argument("key", help="its id or its first characters, as the list shows them")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"{options['action']}_key")(options)

    def make_key(self, options: dict[str, Any]) -> None:
        users = get_user_model()
        try:
            user = users.objects.get_by_natural_key(options["user"])
            digests = [find_digest(slug) for slug in options["digest"]]
        except users.DoesNotExist:
            raise CommandError(f"There is no user {options['user']!r}.") from None
        except ImportRejected as error:
            raise CommandError(str(error)) from None
        name = self.clean_name(options["name"])
        if not user.is_active:
            raise CommandError(f"The user {options['user']!r} is not active.")
        if errors := errors_of(name, user, digests, options["level"]):
            raise CommandError(" ".join(errors.values()))
        _row, key = ApiKey.make(
            name,
            user,
            digests,
            expiry(timezone.localdate() + options["days"]),
            level=options["level"],
            uses_ai=not options["without_ai"],
        )
        self.stdout.write(key)

    def clean_name(self, text: str) -> str:
        try:
            return ApiKey._meta.get_field("name").clean(text.strip(), None)
        except ValidationError as error:
            raise CommandError(f"Name: {' '.join(error.messages)}") from None

    def list_key(self, options: dict[str, Any]) -> None:
        for key in ApiKey.objects.select_related("user").order_by("pk"):
            slugs = ", ".join(key.digests.values_list("slug", flat=True)) or "no digest"
            used = f"{key.last_used_at:%Y-%m-%d}" if key.last_used_at else "never"
            ai = "with AI" if key.uses_ai else "without AI"
            self.stdout.write(
                f"{key.pk}  {key.prefix}…  {key.state}  {key.level}  {ai}  {key.name}: {key.user}, "
                f"{slugs}, expires {key.expires_at:%Y-%m-%d}, last used {used}"
            )

    def revoke_key(self, options: dict[str, Any]) -> None:
        text = options["key"].rstrip("…")
        keys = ApiKey.objects
        found = list(keys.filter(pk=text) if text.isdecimal() else keys.filter(prefix=text))
        if len(found) != 1:
            raise CommandError(f"{len(found)} keys match {options['key']!r}; use an id.")
        found[0].revoke()
        self.stdout.write(f"Revoked {found[0]}.")
