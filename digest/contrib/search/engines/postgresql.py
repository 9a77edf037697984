"""Full-text search in PostgreSQL: two generated columns of the table of entries, with indexes."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from digest.contrib.search.engines.base import Engine
from digest.contrib.search.matching import AllOf, AnyOf, Match, Term, Without

# A full stop is not a token, so phrases do not match across two texts. A position is at most
# 16383 (https://www.postgresql.org/docs/current/textsearch-limitations.html).
INSTALL = [
    # Keep texts in the row: reading them from the TOAST table is slower.
    "ALTER TABLE digest_search_entry SET (toast_tuple_target = 8160)",
    """
    CREATE OR REPLACE FUNCTION digest_search_vector(tokens text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (
        SELECT coalesce(string_agg(quote_literal(token) || ':' || least(place, 16383), ' '), '')
        FROM unnest(string_to_array(btrim(tokens), ' ')) WITH ORDINALITY AS words(token, place)
    )::tsvector
    """,
    """
    ALTER TABLE digest_search_entry
    ADD COLUMN IF NOT EXISTS title_vector tsvector
        GENERATED ALWAYS AS (digest_search_vector(title)) STORED,
    ADD COLUMN IF NOT EXISTS text_vector tsvector
        GENERATED ALWAYS AS (digest_search_vector(title || '.' || summary || '.' || body)) STORED
    """,
    """
    CREATE INDEX IF NOT EXISTS digest_search_titles ON digest_search_entry USING gin (title_vector)
    """,
    """
    CREATE INDEX IF NOT EXISTS digest_search_texts ON digest_search_entry USING gin (text_vector)
    """,
]


class PostgreSQLEngine(Engine):
    """Store and compare tokens unchanged, without PostgreSQL's parser and dictionaries."""

    def install(self) -> None:
        with transaction.atomic(using=self.connection.alias), self.connection.cursor() as cursor:
            for statement in INSTALL:
                cursor.execute(statement)

    def uninstall(self) -> None:
        # The columns and their indexes are gone with the table of entries.
        with self.connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION IF EXISTS digest_search_vector(text)")

    def matching(self, entries: QuerySet, match: Any, in_titles: bool = False) -> QuerySet:
        column = "title_vector" if in_titles else "text_vector"
        where = [f"digest_search_entry.{column} @@ %s::tsquery"]
        return entries.extra(where=where, params=[_as_text(match)]).order_by("-pk")  # noqa: S610

    def expression(self, match: Match) -> str:
        return expression(match)

    def used(self, words: Collection[str]) -> set[str]:
        query = """
            SELECT word FROM unnest(%s::text[]) AS queried(word) WHERE EXISTS (
                SELECT FROM digest_search_entry WHERE text_vector @@ quote_literal(word)::tsquery
            )
        """
        with self.connection.cursor() as cursor:
            cursor.execute(query, [list(words)])
            return {word for (word,) in cursor.fetchall()}


def _as_text(match: Any) -> Any:
    return expression(match) if isinstance(match, Match) else match


def expression(match: Match) -> str:
    """Return the match as a tsquery; tokens need no escaping within quotes."""
    if isinstance(match, Term):
        words = " <-> ".join(f"'{word}'" for word in match.words)
        return f"({words}{':*' if match.is_prefix else ''})"
    if isinstance(match, Without):
        return f"({expression(match.match)} & !{expression(match.excluded)})"
    operator = {AnyOf: " | ", AllOf: " & "}[type(match)]
    return f"({operator.join(map(expression, match.parts))})"
