"""Measure the size of the indexes in the database."""

from collections.abc import Iterator

from django.db import connection

OURS, WAGTAILS = "digest_search_", "wagtailsearch_"
# The text of the issues, for comparison.
STORIES = "digest_story"


def sizes() -> Iterator[str]:
    """Yield a line for our index, for Wagtail's and for the stories."""
    for name, prefix in [("our index", OURS), ("Wagtail's", WAGTAILS), ("stories", STORIES)]:
        found = size(prefix)
        text = "unknown" if found is None else f"{found / 1e6:,.1f} MB"
        label = f"{name}, its tables and their indexes"
        yield f"{label:<44}{text:>12}"


def size(prefix: str) -> int | None:
    """Return the bytes of the tables with a prefix, with their indexes."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            return _on_sqlite(cursor, prefix)
        cursor.execute(
            "SELECT sum(pg_total_relation_size(oid)) FROM pg_class "
            "WHERE relkind = 'r' AND starts_with(relname, %s)",
            [prefix],
        )
        return int(cursor.fetchone()[0] or 0)


def _on_sqlite(cursor, prefix: str) -> int | None:
    cursor.execute("SELECT 1 FROM pragma_compile_options WHERE compile_options LIKE '%DBSTAT%'")
    if not cursor.fetchone():
        return None
    # tbl_name is the table of an index; names of FTS shadow tables begin with that of the index.
    cursor.execute(
        "SELECT sum(pgsize) FROM dbstat JOIN sqlite_master USING (name) "
        "WHERE substr(tbl_name, 1, length(%s)) = %s",
        [prefix, prefix],
    )
    return int(cursor.fetchone()[0] or 0)
