"""The base class of engines."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import QuerySet

from digest import statements
from digest.contrib.search.matching import Match
from digest.contrib.search.models import PLACE_BITS, Entry

BY_ISSUE = """
WITH newest(id) AS ({newest}),
issues(id, number) AS (SELECT min(id), count(*) FROM newest GROUP BY id >> {bits}),
visible(id, parent_id, tag_ids) AS ({visible})
SELECT issues.id, number, parent_id, tag_ids
FROM issues LEFT JOIN visible ON visible.id = issues.id ORDER BY issues.id DESC
"""


# The key of a statement, as in ``digest.statements``.
Key = tuple[Any, ...]
# The lowest primary key of some entries of an issue, their number, and what they count for: the ids
# of the parent page, None if they are hidden, and of the tags.
Counted = tuple[int, int, int | None, str]


class Engine:
    """Find entries in one database.

    Ranking, highlighting and everything else do not depend on the engine.
    """

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def install(self) -> None:
        """Create what is needed beside the table of entries, unless it exists."""
        raise NotImplementedError

    def uninstall(self) -> None:
        """Drop what ``install`` created that outlasts the table of entries."""

    def matching(self, entries: QuerySet, match: Any, in_titles: bool = False) -> QuerySet:
        """Filter entries by a match, of their titles only with ``in_titles``; newest first.

        ``match`` may also be the ``expression`` of one, or an SQL expression in place of it.
        """
        raise NotImplementedError

    def expression(self, match: Match) -> str | None:
        """Return a match as the one value in the SQL of ``matching`` that depends on it.

        So the SQL is compiled once for all matches. Without such a value, return None.
        """
        return None

    def compiled(self, key: Key | None, match: Match) -> tuple[Key | None, Any]:
        """Return the key of a statement, and its value for the match; without one, no key."""
        expression = self.expression(match)
        return (None, match) if expression is None else (key, expression)

    def newest(self, match: Match, before: int, limit: int) -> tuple[str, Sequence[Any]]:
        """Return SQL that selects the newest matching primary keys below one, and its parameters.

        Hidden entries are among them.
        """

        def build(match: Any, before: Any) -> QuerySet:
            entries = self.matching(Entry.objects.filter(pk__lt=before), match)
            return entries.values_list("pk")[:limit]

        key, value = self.compiled(("newest", limit), match)
        return statements.sql(key, build, match=value, before=before)

    def newest_by_issue(
        self, visible: tuple[str, Sequence[Any]], match: Match, before: int, limit: int
    ) -> list[Counted]:
        """Count the newest matching entries below a primary key by issue, hidden ones, too.

        ``visible`` is SQL that selects the primary keys, parents and tags of visible entries, and
        its parameters. Of each issue, the database looks up one entry instead of each.
        """
        newest, parameters = self.newest(match, before, limit)
        shown, others = visible
        query = BY_ISSUE.format(newest=newest, bits=PLACE_BITS, visible=shown)
        with self.connection.cursor() as cursor:
            cursor.execute(query, [*parameters, *others])
            return cursor.fetchall()

    def used(self, words: Collection[str]) -> set[str]:
        """Return those of the words that occur in an entry."""
        raise NotImplementedError
