"""System checks of the settings, and of the database, which has to have the triggers."""

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections, router

from digest.caching.content_version import VENDORS
from digest.checks import SettingCheck, check_settings, is_positive_integer
from digest.contrib.changes.conf import conf
from digest.contrib.changes.models import FeedState

SETTINGS = [
    SettingCheck(
        "digest.E056",
        "TOMBSTONE_DAYS",
        is_positive_integer,
        "must be a positive whole number, not {value!r}.",
    ),
]


@register()
def check_change_settings(**kwargs: Any) -> list[CheckMessage]:
    return check_settings(conf, SETTINGS)


@register(Tags.database)
def check_database(databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Require a database with triggers, which note every change."""
    alias = router.db_for_write(FeedState)
    vendor = connections[alias].vendor
    if alias not in (databases or ()) or vendor in VENDORS:
        return []
    message = f"digest.contrib.changes does not work with {vendor}."
    return [Error(message, hint="Use PostgreSQL or SQLite, or remove the app.", id="digest.E057")]
