"""The content version: a token that changes with anything that readers could see.

Database triggers (``digest.caching.triggers``) change it in the transaction of the change itself,
so nothing can forget it: no bulk update, no command, no SQL typed by hand. Responses
(``digest.caching.response_cache``) are cached for one version.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import Error, connections, models, router, transaction

from digest.caching import replica
from digest.conf import conf

# Vendors of databases that have the triggers; with another one, nothing is kept.
VENDORS = ("sqlite", "postgresql")

READ = "SELECT token FROM digest_contentversion"

# Apps and models of others whose rows no reader sees: they are about editors, drafts and history.
# A model of the plugin or of an optional app declares it itself: ``readers_see_rows = False``.
UNSEEN = {
    "admin",
    "auth",
    "authtoken",
    "contenttypes",
    "sessions",
    "django_tasks_database",
    "wagtailadmin",
    "wagtailforms",
    "wagtailsearch",
    "wagtailusers",
    "wagtailcore.apitoken",
    "wagtailcore.comment",
    "wagtailcore.commentreply",
    "wagtailcore.groupapprovaltask",
    "wagtailcore.groupapprovaltask_groups",
    "wagtailcore.groupcollectionpermission",
    "wagtailcore.grouppagepermission",
    "wagtailcore.groupsitepermission",
    "wagtailcore.modellogentry",
    "wagtailcore.pagelogentry",
    "wagtailcore.pagesubscription",
    "wagtailcore.referenceindex",
    "wagtailcore.revision",
    "wagtailcore.task",
    "wagtailcore.taskstate",
    "wagtailcore.uploadedfile",
    "wagtailcore.workflow",
    "wagtailcore.workflowcontenttype",
    "wagtailcore.workflowpage",
    "wagtailcore.workflowstate",
    "wagtailcore.workflowtask",
    "wagtailsearchpromotions.querydailyhits",
}


class ContentVersion(models.Model):
    """The one row with the token of what readers see now."""

    readers_see_rows = False

    token = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.token


def current() -> str | None:
    """The token of the database that is read now, which may be a replica.

    None where nothing may be kept: inside a transaction, which may see what others do not, while
    migrations run, with a database that has no triggers, or one that does not answer: many requests
    fail or are refused without it.
    """
    if replica.has_lost_replica():  # What was read before came from another database.
        return None
    connection = connections[router.db_for_read(ContentVersion)]
    if connection.vendor not in VENDORS or connection.in_atomic_block:
        return None
    try:
        return _read(connection)
    except Error:
        if replica.has_failed():
            replica.fall_back_to_primary()
        return None


@contextmanager
def repeatable_read() -> Iterator[None]:
    """Read all rows as they are at one moment, whatever is committed meanwhile.

    On PostgreSQL; SQLite would make every reader a writer for it, and has few commits.
    """
    connection = connections[router.db_for_read(ContentVersion)]
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        yield
        return
    with transaction.atomic(using=connection.alias):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def is_latest() -> bool:
    """Whether what is read is what the primary has: a replica may be behind, and what it gives
    would outlive the moment at which the caches in front are emptied."""
    if replica.has_lost_replica():
        return False
    if router.db_for_read(ContentVersion) != replica.REPLICA:
        return True
    with replica.primary():
        latest = current()
    return latest is not None and latest == current()


def _read(connection: Any) -> str | None:
    """By the database's own cursor, since each request asks: Django's takes four times as long."""
    if connection.queries_logged or connection.execute_wrappers:
        with connection.cursor() as cursor:
            cursor.execute(READ)
            found = cursor.fetchone()
    else:
        connection.close_if_health_check_failed()
        connection.ensure_connection()
        with connection.wrap_database_errors:
            cursor = connection.connection.cursor()  # psycopg2 has no other way
            cursor.execute(READ)
            found = cursor.fetchone()
    return found[0] if found else None


def change(using: str | None = None) -> None:
    """Give it another token by hand, for what no database sees: new code, new settings."""
    using = using or router.db_for_write(ContentVersion)
    fresh = {"token": str(uuid.uuid4())}
    ContentVersion.objects.using(using).update_or_create(pk=1, defaults=fresh)


def seen_models() -> Iterator[type[models.Model]]:
    """Yield the models whose rows readers see.

    All but those that declare ``readers_see_rows = False``, those of ``UNSEEN``, the user model and
    DIGEST_CACHE_IGNORED_MODELS.
    """
    named = [settings.AUTH_USER_MODEL, *conf.CACHE_IGNORED_MODELS]
    unseen = UNSEEN | {label.lower() for label in named}
    for model in apps.get_models(include_auto_created=True):
        options = model._meta
        if (
            options.managed
            and not options.proxy
            and getattr(model, "readers_see_rows", True)
            and not {options.app_label, options.label_lower} & unseen
        ):
            yield model
