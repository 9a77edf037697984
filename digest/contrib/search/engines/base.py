"""The base class of engines."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from django.db.models import QuerySet

from digest.contrib.search.matching import Match
from digest.contrib.search.models import PLACE_BITS, Entry

BY_ISSUE = """
WITH newest(id) AS ({newest}),
issues(id, number) AS (SELECT min(id), count(*) FROM newest GROUP BY id >> {bits}),
visible(id, parent_id, tag_ids) AS ({visible})
SELECT issues.id, number, parent_id, tag_ids
FROM issues LEFT JOIN visible ON visible.id = issues.id ORDER BY issues.id DESC
"""


class Counted(NamedTuple):
    """A number of entries of an issue, the lowest primary key of them, and what they count for.

    ``parent_id`` is None if they are hidden.
    """

    pk: int
    number: int
    parent_id: int | None
    tag_ids: str


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

    def matching(self, entries: QuerySet, match: Match, in_titles: bool = False) -> QuerySet:
        """Filter entries by a match, of their titles only with ``in_titles``; newest first."""
        raise NotImplementedError

    def newest(self, match: Match, before: int, limit: int) -> tuple[str, Sequence[Any]]:
        """Return SQL that selects the newest matching primary keys below one, and its parameters.

        Hidden entries are among them.
        """
        entries = self.matching(Entry.objects.filter(pk__lt=before), match).values("pk")[:limit]
        return entries.query.get_compiler(connection=self.connection).as_sql()

    def newest_by_issue(
        self, visible: QuerySet, match: Match, before: int, limit: int
    ) -> list[Counted]:
        """Count the newest matching entries below a primary key by issue, hidden ones, too.

        Of each issue, the database looks up one entry instead of each.
        """
        newest, parameters = self.newest(match, before, limit)
        columns = visible.order_by().values_list("pk", "parent_id", "tag_ids").query
        shown, others = columns.get_compiler(connection=self.connection).as_sql()
        query = BY_ISSUE.format(newest=newest, bits=PLACE_BITS, visible=shown)
        with self.connection.cursor() as cursor:
            cursor.execute(query, [*parameters, *others])
            return [Counted(*row) for row in cursor.fetchall()]

    def used(self, words: Collection[str]) -> set[str]:
        """Return those of the words that occur in an entry."""
        raise NotImplementedError
