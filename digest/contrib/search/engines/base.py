"""The base class of engines."""

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from digest.contrib.search.matching import Match


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

    def used(self, words: Collection[str]) -> set[str]:
        """Return those of the words that occur in an entry."""
        raise NotImplementedError
