"""Database triggers that change the content version: one for each event of each seen table.

``migrate`` drops them first and creates them last, since a column that a trigger reads cannot be
altered. On PostgreSQL they are deferred: a transaction changes the version once, when it commits,
so that transactions do not wait for each other's lock on its row. On SQLite they run at once, since
there is only one writer at a time anyway.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

from django.db import connections, models
from wagtail.images.models import AbstractRendition

from digest.caching.content_version import VENDORS, ContentVersion, change, seen_models
from digest.conf import get_base_page_model

PREFIX = "digest_content_"
EVENTS = ("insert", "update", "delete")

# Columns of pages that change when a draft is saved, scheduled or locked. The plugin's own models
# declare ``unseen_columns``.
UNSEEN_PAGE_COLUMNS = {
    "draft_title",
    "go_live_at",
    "has_unpublished_changes",
    "latest_revision_created_at",
    "latest_revision_id",
    "locked",
    "locked_at",
    "locked_by_id",
    "numchild",
    "owner_id",
}
# Models whose rows are created while a page is read, and change nothing that readers see.
CREATED_WHEN_READ = {"wagtailembeds.embed", "wagtailsearchpromotions.query"}

FUNCTION = """
CREATE OR REPLACE FUNCTION digest_content_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE digest_contentversion
    SET token = pg_current_xact_id()::text || '-' || gen_random_uuid()::text
    WHERE NOT starts_with(token, pg_current_xact_id()::text || '-');
    RETURN NULL;
END $$
"""
CREATE = {
    "sqlite": """
CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW WHEN {condition}
BEGIN UPDATE digest_contentversion SET token = hex(randomblob(16)); END
""",
    "postgresql": """
CREATE CONSTRAINT TRIGGER {name} AFTER {event} ON {table} DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION digest_content_changed()
""",
}
DIFFERS = {"sqlite": "IS NOT", "postgresql": "IS DISTINCT FROM"}
FIND = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal",
}


def install_triggers(using: str, **kwargs: Any) -> None:
    """Create the triggers on SQLite or PostgreSQL, unless all are there already (post_migrate).

    The content version changes in any case, since code or settings may be new.
    """
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    if connection.vendor not in VENDORS or ContentVersion._meta.db_table not in tables:
        return
    expected = {}
    for model in seen_models():
        if model._meta.db_table in tables:
            expected |= _triggers(model, connection)
    _run(connection, [FUNCTION] if connection.vendor == "postgresql" else [])
    if set(_installed(connection)) != set(expected):
        _remove(connection)
        _run(connection, expected.values())
    change(using)


def remove_triggers(using: str, plan: list[Any], **kwargs: Any) -> None:
    """Drop the triggers on SQLite or PostgreSQL before migrations run (pre_migrate).

    The content version is deleted too, so that no response is cached until they are back.
    """
    connection = connections[using]
    is_installed = ContentVersion._meta.db_table in connection.introspection.table_names()
    if plan and connection.vendor in VENDORS and is_installed:
        _remove(connection)


def _installed(connection: Any) -> dict[str, str]:
    """Map the names of the plugin's triggers to their tables."""
    with connection.cursor() as cursor:
        cursor.execute(FIND[connection.vendor])
        return {name: table for name, table in cursor.fetchall() if name.startswith(PREFIX)}


def _remove(connection: Any) -> None:
    ContentVersion.objects.using(connection.alias).all().delete()  # first: disables caching
    # One statement each, so that a site in use never waits for the locks of many tables at once.
    on = " ON {table}" if connection.vendor == "postgresql" else ""
    drop = f"DROP TRIGGER {{name}}{on}"
    found = _installed(connection).items()
    _run(connection, [drop.format(name=name, table=table) for name, table in found])


def _run(connection: Any, statements: Any) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _triggers(model: type[models.Model], connection: Any) -> dict[str, str]:
    """Map the names of a table's triggers to the statements that create them.

    A name ends with a hash of the definition, so a trigger with another definition has another one.
    """
    found = {}
    create = CREATE[connection.vendor]
    for event in _events(model):
        condition = " AND ".join(f"({part})" for part in _conditions(model, event, connection))
        definition = {"event": event, "condition": condition or "true"}
        definition["table"] = connection.ops.quote_name(model._meta.db_table)
        key = hashlib.sha256(f"{create}{sorted(definition.items())}".encode()).hexdigest()
        name = f"{PREFIX}{event}_{key[:16]}"
        found[name] = create.format(name=name, **definition)
    return found


def _events(model: type[models.Model]) -> Iterator[str]:
    # Inserting a page also inserts into the table of Page, which has a trigger of its own.
    is_page_subclass = (
        issubclass(model, get_base_page_model()) and model is not get_base_page_model()
    )
    # Renditions, too, are created when they are first needed.
    is_ignored = is_page_subclass or issubclass(model, AbstractRendition)
    for event in EVENTS:
        if event != "insert" or not (is_ignored or model._meta.label_lower in CREATED_WHEN_READ):
            yield event


def _conditions(model: type[models.Model], event: str, connection: Any) -> Iterator[str]:
    """Yield the conditions, joined by AND, under which readers could see the change of a row."""
    quote, differs = connection.ops.quote_name, DIFFERS[connection.vendor]
    columns = {field.column for field in model._meta.local_concrete_fields}
    unseen = _unseen_columns(model)
    if event == "update" and unseen:
        seen = map(quote, sorted(columns - unseen))
        yield " OR ".join(f"OLD.{column} {differs} NEW.{column}" for column in seen)
    if model is get_base_page_model():
        rows = {"insert": ["NEW"], "update": ["OLD", "NEW"], "delete": ["OLD"]}[event]
        shown = [f"{row}.{quote('live')}" for row in rows]
        if event == "update":  # Restrictions of the source apply below an alias.
            alias = quote("alias_of_id")
            shown.append(f"OLD.{alias} {differs} NEW.{alias}")
        yield " OR ".join(shown)


def _unseen_columns(model: type[models.Model]) -> set[str]:
    if model is get_base_page_model():
        return UNSEEN_PAGE_COLUMNS
    return getattr(model, "unseen_columns", set())
