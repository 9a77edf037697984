"""How much room the indexes take in the database."""

from collections.abc import Iterator

from django.db import connection

OURS, WAGTAILS = "digest_search_", "wagtailsearch_"
# An issue's own text in the table of stories, to compare with.
STORIES = "digest_story"


def sizes() -> Iterator[str]:
    """A line for our index, for Wagtail's and for the stories themselves."""
    for name, prefix in [("our index", OURS), ("Wagtail's", WAGTAILS), ("stories", STORIES)]:
        found = size(prefix)
        told = "unknown" if found is None else f"{found / 1e6:,.1f} MB"
        print_name = f"{name}, its tables and their indexes"
        yield f"{print_name:<44}{told:>12}"


def size(prefix: str) -> int | None:
    """Bytes of the tables whose names begin so, with all that belongs to them."""
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
    # An index belongs to its table; the tables of a full-text index are called after it.
    cursor.execute(
        "SELECT sum(pgsize) FROM dbstat JOIN sqlite_master USING (name) "
        "WHERE substr(tbl_name, 1, length(%s)) = %s",
        [prefix, prefix],
    )
    return int(cursor.fetchone()[0] or 0)
