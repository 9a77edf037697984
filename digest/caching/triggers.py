"""The triggers that change the content version, one for each event of each table that readers see.

They are made when migrations have run and taken away before, since no column can be altered that a
trigger goes by. PostgreSQL changes the version at the end of the transaction and once in each:
nobody waits for its row while another transaction goes on. SQLite has one writer at a time.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

import swapper
from django.db import connections, models
from wagtail.images.models import AbstractRendition

from digest.caching.content_version import VENDORS, ContentVersion, change, seen_models

PREFIX = "digest_content_"
EVENTS = ("insert", "update", "delete")

# Columns that change while a page is only drafted, scheduled or locked. A model of the plugin names
# its own: ``unseen_columns``.
UNSEEN_OF_PAGES = {
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
# Rows that are made when they are first needed, and say nothing that was not so before.
MADE_WHEN_READ = {"wagtailembeds.embed", "wagtailsearchpromotions.query"}

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


def install(using: str, **kwargs: Any) -> None:
    """Make the triggers where they are not there as they should be, and a new version, since code
    or settings may be new (post_migrate)."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    if connection.vendor not in VENDORS or ContentVersion._meta.db_table not in tables:
        return
    wanted = {}
    for model in seen_models():
        if model._meta.db_table in tables:
            wanted |= _triggers(model, connection)
    _run(connection, [FUNCTION] if connection.vendor == "postgresql" else [])
    if set(_installed(connection)) != set(wanted):
        _remove(connection)
        _run(connection, wanted.values())
    change(using)


def remove_before(using: str, plan: list[Any], **kwargs: Any) -> None:
    """Take the triggers away while tables change, and the version with them: until they are there
    again, nothing is kept (pre_migrate)."""
    connection = connections[using]
    is_there = ContentVersion._meta.db_table in connection.introspection.table_names()
    if plan and connection.vendor in VENDORS and is_there:
        _remove(connection)


def _installed(connection: Any) -> dict[str, str]:
    """The table of each trigger of ours."""
    with connection.cursor() as cursor:
        cursor.execute(FIND[connection.vendor])
        return {name: table for name, table in cursor.fetchall() if name.startswith(PREFIX)}


def _remove(connection: Any) -> None:
    """First the version, without which nothing is kept; then each trigger by itself, so that the
    locks of many tables are never held at once while the site is in use."""
    ContentVersion.objects.using(connection.alias).all().delete()
    on = " ON {table}" if connection.vendor == "postgresql" else ""
    drop = f"DROP TRIGGER {{name}}{on}"
    found = _installed(connection).items()
    _run(connection, [drop.format(name=name, table=table) for name, table in found])


def _run(connection: Any, statements: Any) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _triggers(model: type[models.Model], connection: Any) -> dict[str, str]:
    """The statements that make the triggers of a table, by name.

    A name ends with a hash of what the trigger says, by which another one is told from it.
    """
    found = {}
    create = CREATE[connection.vendor]
    for event in _events(model):
        condition = " AND ".join(f"({part})" for part in _conditions(model, event, connection))
        says = {"event": event, "condition": condition or "true"}
        says["table"] = connection.ops.quote_name(model._meta.db_table)
        key = hashlib.sha256(f"{create}{sorted(says.items())}".encode()).hexdigest()
        name = f"{PREFIX}{event}_{key[:16]}"
        found[name] = create.format(name=name, **says)
    return found


def _events(model: type[models.Model]) -> Iterator[str]:
    """All, but for new rows that readers do not see yet, or of which the row of the page tells."""
    is_part_of_page = issubclass(model, _page_model()) and model is not _page_model()
    is_silent = is_part_of_page or issubclass(model, AbstractRendition)
    for event in EVENTS:
        if event != "insert" or not (is_silent or model._meta.label_lower in MADE_WHEN_READ):
            yield event


def _conditions(model: type[models.Model], event: str, connection: Any) -> Iterator[str]:
    """What has to be so for a change of a row to be one for readers."""
    quote, differs = connection.ops.quote_name, DIFFERS[connection.vendor]
    columns = {field.column for field in model._meta.local_concrete_fields}
    unseen = _unseen_columns(model)
    if event == "update" and unseen:
        seen = map(quote, sorted(columns - unseen))
        yield " OR ".join(f"OLD.{column} {differs} NEW.{column}" for column in seen)
    if model is _page_model():
        rows = {"insert": ["NEW"], "update": ["OLD", "NEW"], "delete": ["OLD"]}[event]
        shown = [f"{row}.{quote('live')}" for row in rows]
        if event == "update":  # Below an alias nothing is public that its page does not let be.
            alias = quote("alias_of_id")
            shown.append(f"OLD.{alias} {differs} NEW.{alias}")
        yield " OR ".join(shown)


def _unseen_columns(model: type[models.Model]) -> set[str]:
    if model is _page_model():
        return UNSEEN_OF_PAGES
    return getattr(model, "unseen_columns", set())


def _page_model() -> type[models.Model]:
    return swapper.load_model("wagtailcore", "Page")
