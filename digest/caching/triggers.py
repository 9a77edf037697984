"""Database triggers that change the content version: one for each event of each seen table.

``migrate`` drops them first and creates them last, since a column that a trigger reads cannot be
altered. On SQLite they run at once, since there is only one writer at a time anyway.

On PostgreSQL they are deferred, in two steps. At the commit, each changed row inserts a
``ChangeMarker``, whose own deferred trigger changes the version. PostgreSQL queues that behind
everything the commit still has to check, so a transaction that waits for another one, as for the
row of a foreign key, does not hold the row of the version meanwhile.

If an app reads the markers (``registry.keeps_markers``), they stay, and SQLite has them, too.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connections, models
from taggit.models import ItemBase
from wagtail.images.models import AbstractRendition
from wagtail.models import Site

from digest.caching.content_version import (
    VENDORS,
    ChangeMarker,
    ContentVersion,
    change,
    seen_models,
)
from digest.conf import get_base_page_model
from digest.registry import registry

PREFIX = "digest_content_"
EVENTS = ("insert", "update", "delete")
ROWS = {"insert": ["NEW"], "update": ["OLD", "NEW"], "delete": ["OLD"]}
# The rows in the statement that inserts the markers; PostgreSQL executes it with parameters.
MARKED_ROWS = {
    "sqlite": ROWS,
    "postgresql": {"insert": ["($2)"], "update": ["($1)", "($2)"], "delete": ["($1)"]},
}
# Of the markers: it is there as long as any other one, since their function names it.
LAST = f"{PREFIX}committed"

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

# A trigger's argument is the statement that inserts its markers. SET CONSTRAINTS ALL IMMEDIATE, as
# in loaddata, would otherwise hold the row of the version until the end of the transaction.
# The xmin of a row is the transaction that wrote it: each changes the token once.
FUNCTIONS = [
    f"""
CREATE OR REPLACE FUNCTION digest_content_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    SET CONSTRAINTS {LAST} DEFERRED;
    EXECUTE TG_ARGV[0] USING OLD, NEW;
    RETURN NULL;
END $$
""",
    """
CREATE OR REPLACE FUNCTION digest_content_committed() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE digest_contentversion SET token = gen_random_uuid()::text
    WHERE xmin <> pg_current_xact_id()::xid;
    {handle}
    RETURN NULL;
END $$
""",
]
DELETE_MARKER = "DELETE FROM digest_changemarker WHERE id = NEW.id;"
DROP_FUNCTIONS = [
    "DROP FUNCTION IF EXISTS digest_content_changed()",
    "DROP FUNCTION IF EXISTS digest_content_committed()",
]
CREATE_LAST = f"""
CREATE CONSTRAINT TRIGGER {LAST} AFTER INSERT ON digest_changemarker DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION digest_content_committed()
"""
CREATE = {
    "sqlite": """
CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW WHEN {condition}
BEGIN UPDATE digest_contentversion SET token = hex(randomblob(16)); {marker}END
""",
    "postgresql": """
CREATE CONSTRAINT TRIGGER {name} AFTER {event} ON {table} DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION digest_content_changed({marker})
""",
}
CREATE_FOR_TRUNCATE = """
CREATE TRIGGER {name} AFTER TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION digest_content_changed({marker})
"""
MARK = "INSERT INTO digest_changemarker (model, object_id) "
DIFFERS = {"sqlite": "IS NOT", "postgresql": "IS DISTINCT FROM"}
FIND = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal",
}


def install_triggers(using: str, **kwargs: Any) -> None:
    """Create the triggers on SQLite or PostgreSQL, unless all are there already (post_migrate).

    The content version changes in any case, since code or settings may be new, and all pages are
    marked.
    """
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    own = {ContentVersion._meta.db_table, ChangeMarker._meta.db_table}
    if connection.vendor not in VENDORS or not own <= tables:
        return
    is_postgresql = connection.vendor == "postgresql"
    expected = {LAST: CREATE_LAST} if is_postgresql else {}
    for model in seen_models():
        if model._meta.db_table in tables:
            expected |= _triggers(model, connection)
    _run(connection, _functions() if is_postgresql else [])
    if set(_installed(connection)) != set(expected):
        _remove(connection)
        _run(connection, expected.values())
    change(using)
    ChangeMarker.objects.using(using).all().delete()
    if registry.keeps_markers:
        ChangeMarker.objects.using(using).create(model=get_base_page_model()._meta.label_lower)


def remove_triggers(using: str, plan: list[Any], **kwargs: Any) -> None:
    """Drop the triggers and their functions before migrations run (pre_migrate).

    None of them is left, on SQLite or PostgreSQL, after the last migration is reversed. The
    content version is deleted too, so that no response is cached until they are back.
    """
    connection = connections[using]
    is_installed = ContentVersion._meta.db_table in connection.introspection.table_names()
    if plan and connection.vendor in VENDORS and is_installed:
        _remove(connection)
        if connection.vendor == "postgresql":
            _run(connection, DROP_FUNCTIONS)


def _functions() -> list[str]:
    changed, committed = FUNCTIONS
    handle = "" if registry.keeps_markers else DELETE_MARKER
    return [changed, committed.replace("{handle}", handle)]


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
    found = sorted(_installed(connection).items(), key=lambda item: item[0] == LAST)
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
    for event in _events(model, connection):
        create = CREATE_FOR_TRUNCATE if event == "truncate" else CREATE[connection.vendor]
        condition = " AND ".join(f"({part})" for part in _conditions(model, event, connection))
        definition = {"event": event, "condition": condition or "true"}
        definition["table"] = connection.ops.quote_name(model._meta.db_table)
        definition["marker"] = _marker(model, event, connection)
        key = hashlib.sha256(f"{create}{sorted(definition.items())}".encode()).hexdigest()
        name = f"{PREFIX}{event}_{key[:16]}"
        found[name] = create.format(name=name, **definition)
    return found


def _events(model: type[models.Model], connection: Any) -> Iterator[str]:
    # Inserting a page also inserts into the table of Page, which has a trigger of its own.
    is_page_subclass = (
        issubclass(model, get_base_page_model()) and model is not get_base_page_model()
    )
    # Renditions, too, are created when they are first needed.
    is_ignored = is_page_subclass or issubclass(model, AbstractRendition)
    for event in EVENTS:
        if event != "insert" or not (is_ignored or model._meta.label_lower in CREATED_WHEN_READ):
            yield event
    if connection.vendor == "postgresql":
        yield "truncate"


def _conditions(model: type[models.Model], event: str, connection: Any) -> Iterator[str]:
    """Yield the conditions, joined by AND, under which readers could see the change of a row."""
    quote, differs = connection.ops.quote_name, DIFFERS[connection.vendor]
    columns = {field.column for field in model._meta.local_concrete_fields}
    unseen = _unseen_columns(model)
    if event == "update" and unseen:
        seen = map(quote, sorted(columns - unseen))
        yield " OR ".join(f"OLD.{column} {differs} NEW.{column}" for column in seen)
    if model is get_base_page_model() and event in ROWS:
        shown = [f"{row}.{quote('live')}" for row in ROWS[event]]
        if event == "update":  # Restrictions of the source apply below an alias.
            alias = quote("alias_of_id")
            shown.append(f"OLD.{alias} {differs} NEW.{alias}")
        yield " OR ".join(shown)
    if connection.vendor == "sqlite" and _is_seen_only_if_live(model):
        yield f"EXISTS (SELECT 1 {_from_live_pages(model, ROWS[event], quote)})"


def _marker(model: type[models.Model], event: str, connection: Any) -> str:
    """Return the part of a trigger's definition that inserts its markers."""
    statement = MARK + _marked(model, event, connection)
    if connection.vendor == "postgresql":
        return _quote_text(statement)
    is_marked = registry.keeps_markers and getattr(model, "pages_name_rows", True)
    return f"{statement}; " if is_marked else ""


def _marked(model: type[models.Model], event: str, connection: Any) -> str:
    """Return the query for the model and the IDs of the objects whose change is marked.

    They are pages, if the rows belong to pages.
    """
    quote, page_column = connection.ops.quote_name, _owner_column(model)
    label = _quote_text((get_base_page_model() if page_column else model)._meta.label_lower)
    column = page_column or model._meta.pk.column  # none if the primary key is composite
    if not getattr(model, "pages_name_rows", True):
        return "SELECT '', ''"
    if event == "truncate" or not column:
        return f"SELECT {label}, ''"
    if _is_seen_only_if_live(model):
        rows = MARKED_ROWS[connection.vendor][event]
        pages = _from_live_pages(model, rows, quote)
        return f"SELECT {label}, {quote(get_base_page_model()._meta.pk.column)} {pages}"
    # A row may be moved from one page to another; a row's own key stays.
    rows = MARKED_ROWS[connection.vendor][event][0 if page_column else -1 :]
    return " UNION ".join(f"SELECT {label}, {row}.{quote(column)}" for row in rows)


def _from_live_pages(model: type[models.Model], rows: list[str], quote: Callable) -> str:
    """Return FROM and WHERE of the live pages that a row, now or before, is a part of."""
    page, column = get_base_page_model()._meta, quote(page_column(model) or "")
    ids = ", ".join(f"{row}.{column}" for row in rows)
    live = f"{quote('live')} AND {quote(page.pk.column)} IN ({ids})"
    return f"FROM {quote(page.db_table)} WHERE {live}"


def _is_seen_only_if_live(model: type[models.Model]) -> bool:
    """Whether readers see rows only as a part of a live page: its tags, or its own columns.

    A page with subpages may be seen with them, even if it is not live.
    """
    page = get_base_page_model()
    if not issubclass(model, page):
        return page_column(model) is not None
    return model is not page and not model.clean_subpage_models()


def page_column(model: type[models.Model]) -> str | None:
    """Return the column with the ID of the page, if the rows are pages or tag pages."""
    page = get_base_page_model()
    if issubclass(model, page):
        return model._meta.pk.column
    if issubclass(model, ItemBase):
        tagged = model._meta.get_field("content_object")
        if isinstance(tagged, models.ForeignKey) and issubclass(tagged.related_model, page):
            return tagged.column
    return None


def _owner_column(model: type[models.Model]) -> str | None:
    """Return the column with the ID of the page that shows the rows, if there is one.

    Wagtail's own models with a page, as restrictions, say more than that page.
    """
    if (column := page_column(model)) or model._meta.app_label == Site._meta.app_label:
        return column
    for field in model._meta.local_concrete_fields:
        is_owner = field.is_relation and not field.null
        if is_owner and issubclass(field.related_model, get_base_page_model()):
            return field.column
    return None


def _quote_text(text: str) -> str:
    return "'{}'".format(text.replace("'", "''"))


def _unseen_columns(model: type[models.Model]) -> set[str]:
    if model is get_base_page_model():
        return UNSEEN_PAGE_COLUMNS
    return getattr(model, "unseen_columns", set())
