"""Indexes of Wagtail's table of pages, for the few pages that expire or are in menus.

Without them, each response that counts issues reads all pages to find those that expire.
"""

from collections.abc import Iterator
from typing import Any

from django.db import connections
from django.db.models import Index, Q

from digest.caching.content_version import ContentVersion
from digest.conf import get_base_page_model

INDEXES = [
    Index(fields=["expire_at"], name="digest_page_expires", condition=Q(expire_at__isnull=False)),
    Index(fields=["path"], name="digest_page_in_menus", condition=Q(show_in_menus=True)),
]


def update_page_indexes(using: str, **kwargs: Any) -> None:
    """Create the indexes that are missing; drop them without the plugin's tables (post_migrate).

    They are not in a migration: the table is that of another app, whose migrations may build it
    anew, on SQLite without them.
    """
    connection = connections[using]
    tables = connection.introspection.table_names()
    if get_base_page_model()._meta.db_table in tables:
        with connection.cursor() as cursor:
            for statement in _statements(connection, ContentVersion._meta.db_table in tables):
                cursor.execute(statement)


def _statements(connection: Any, is_installed: bool) -> Iterator[str]:
    model, editor = get_base_page_model(), connection.schema_editor()
    with connection.cursor() as cursor:
        existing = connection.introspection.get_constraints(cursor, model._meta.db_table)
    for index in INDEXES:
        if is_installed and index.name not in existing:
            yield str(index.create_sql(model, editor))
        elif index.name in existing and not is_installed:
            yield f"DROP INDEX {editor.quote_name(index.name)}"
