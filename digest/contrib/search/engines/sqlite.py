"""Full-text search in SQLite: two FTS5 indexes of the table of entries, updated by triggers."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from digest.contrib.search.engines.base import Engine
from digest.contrib.search.matching import AllOf, AnyOf, Match, Term, Without

ENTRIES, TEXTS, TITLES = "digest_search_entry", "digest_search_texts", "digest_search_titles"
COLUMNS = {TEXTS: ["title", "summary", "body"], TITLES: ["title"]}
# The lengths of indexed prefixes; each makes an index larger by half.
PREFIXES = {TEXTS: "3", TITLES: "2 3"}


class SQLiteEngine(Engine):
    """Store and compare tokens unchanged: the tokenizer of FTS5 only splits them at spaces."""

    def install(self) -> None:
        with transaction.atomic(using=self.connection.alias), self.connection.cursor() as cursor:
            existing = self.connection.introspection.table_names(cursor)
            for table, columns in COLUMNS.items():
                cursor.execute(_create_index(table, columns))
                for statement in _create_triggers(table, columns):
                    cursor.execute(statement)
                if table not in existing:
                    cursor.execute(f"INSERT INTO {table}({table}) VALUES ('rebuild')")  # noqa: S608
            cursor.execute(
                f"CREATE VIRTUAL TABLE IF NOT EXISTS {TEXTS}_terms USING fts5vocab({TEXTS}, row)"
            )

    def uninstall(self) -> None:
        # The triggers are gone with the table of entries.
        with transaction.atomic(using=self.connection.alias), self.connection.cursor() as cursor:
            for table in (f"{TEXTS}_terms", TEXTS, TITLES):
                cursor.execute(f"DROP TABLE IF EXISTS {table}")

    def matching(self, entries: QuerySet, match: Any, in_titles: bool = False) -> QuerySet:
        table = TITLES if in_titles else TEXTS
        # The plus makes SQLite scan the index, newest first, up to the limit of the query; else it
        # would look up each entry in the index.
        where = [f"{table} MATCH %s", f"{ENTRIES}.id = +{table}.rowid"]
        matches = entries.extra(tables=[table], where=where, params=[_as_text(match)])  # noqa: S610
        return matches.extra(order_by=[f"-{table}.rowid"])

    def newest(self, match: Match, before: int, limit: int) -> tuple[str, Sequence[Any]]:
        # From the index alone; the entries are not looked up.
        query = (
            f"SELECT rowid FROM {TEXTS} WHERE {TEXTS} MATCH %s AND rowid < %s "  # noqa: S608
            "ORDER BY rowid DESC LIMIT %s"
        )
        return query, [expression(match), before, limit]

    def expression(self, match: Match) -> str:
        return expression(match)

    def used(self, words: Collection[str]) -> set[str]:
        if not words:
            return set()
        placeholders = ", ".join(["%s"] * len(words))
        with self.connection.cursor() as cursor:
            query = f"SELECT term FROM {TEXTS}_terms WHERE term IN ({placeholders})"  # noqa: S608
            cursor.execute(query, list(words))
            return {term for (term,) in cursor.fetchall()}


def _as_text(match: Any) -> Any:
    return expression(match) if isinstance(match, Match) else match


def expression(match: Match) -> str:
    """Return the match as an FTS5 query; quoted tokens need no escaping."""
    if isinstance(match, Term):
        return f'"{" ".join(match.words)}"{" *" if match.is_prefix else ""}'
    if isinstance(match, Without):
        return f"({expression(match.match)} NOT {expression(match.excluded)})"
    operator = {AnyOf: " OR ", AllOf: " AND "}[type(match)]
    return f"({operator.join(map(expression, match.parts))})"


def _create_index(table: str, columns: list[str]) -> str:
    return (
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {table} USING fts5({', '.join(columns)}, "
        f"content='{ENTRIES}', content_rowid='id', tokenize='ascii', prefix='{PREFIXES[table]}')"
    )


def _create_triggers(table: str, columns: list[str]) -> list[str]:
    """Return the triggers of an external content table.

    See https://www.sqlite.org/fts5.html, section 4.4.3.
    """
    names = ", ".join(columns)
    new, old = (", ".join(f"{row}.{name}" for name in columns) for row in ("new", "old"))
    add = f"INSERT INTO {table}(rowid, {names}) VALUES (new.id, {new});"  # noqa: S608
    remove = f"INSERT INTO {table}({table}, rowid, {names}) VALUES ('delete', old.id, {old});"  # noqa: S608
    events = {"INSERT": add, "DELETE": remove, f"UPDATE OF id, {names}": f"{remove} {add}"}
    return [
        f"CREATE TRIGGER IF NOT EXISTS {table}_{event[:6].lower()} AFTER {event} ON {ENTRIES} "
        f"BEGIN {statements} END"
        for event, statements in events.items()
    ]
