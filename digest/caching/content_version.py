"""The content version: a token that changes with anything that readers could see.

Database triggers (``digest.caching.triggers``) change it in the transaction of the change itself,
so a bulk update, a command or a hand-written SQL statement changes it too. Responses
(``digest.caching.response_cache``) are cached under one version.
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

# Databases with triggers; with another one, no response is cached.
VENDORS = ("sqlite", "postgresql")

READ = "SELECT token FROM digest_contentversion"

# Third-party apps and models whose rows readers do not see: editors, drafts and history. The
# plugin's own models and those of optional apps declare ``readers_see_rows = False``.
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
    """A table of one row, with the token of the current content."""

    readers_see_rows = False

    token = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.token


class ChangeMarker(models.Model):
    """A row that changed, for the app that reads markers (``registry.keeps_markers``).

    Without one there are no markers on SQLite; on PostgreSQL each stays until the commit has
    changed the token. A model with ``pages_name_rows = False`` has markers without a name: no page
    refers to its rows by their id.
    """

    readers_see_rows = False

    model = models.CharField(max_length=255)
    # As text, since a primary key can be of any type; empty for all rows of the model.
    object_id = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.model} {self.object_id}"


def current() -> str | None:
    """Return the token in the database that is read from now, which may be a replica.

    None if no response may be cached: in a transaction, whose changes others do not see yet, while
    migrations run, with a database without triggers, or if the database does not respond.
    """
    if replica.has_lost_replica():  # Earlier queries went to another database.
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
    """Read from one database snapshot inside, on PostgreSQL.

    On SQLite it does nothing: a transaction there may take the lock of the only writer.
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
    """Return whether the content that is read is that of the primary.

    A replica may lag, and front-end caches are purged when the primary changes.
    """
    if replica.has_lost_replica():
        return False
    if router.db_for_read(ContentVersion) != replica.REPLICA:
        return True
    with replica.primary():
        latest = current()
    return latest is not None and latest == current()


def _read(connection: Any) -> str | None:
    # Each request runs this query, and Django's cursor takes four times as long as the driver's.
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
    """Change the token without a change of content: after new code or settings."""
    using = using or router.db_for_write(ContentVersion)
    token = {"token": str(uuid.uuid4())}
    ContentVersion.objects.using(using).update_or_create(pk=1, defaults=token)


def seen_models() -> Iterator[type[models.Model]]:
    """Yield the models whose rows readers see.

    These are all models except those with ``readers_see_rows = False``, those in ``UNSEEN``, the
    user model and DIGEST_CACHE_IGNORED_MODELS.
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
