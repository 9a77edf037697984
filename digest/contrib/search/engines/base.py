"""What every engine does."""

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from digest.contrib.search.matching import Match


class Engine:
    """Finds entries in one database. It has only to match: ranking, highlighting and the rest are
    the same for all engines."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def install(self) -> None:
        """Make what is needed beside the table of entries; what is there already stays."""
        raise NotImplementedError

    def matching(self, entries: QuerySet, match: Match, in_titles: bool = False) -> QuerySet:
        """Those of the entries that match, newest first; by their titles alone, if so asked."""
        raise NotImplementedError

    def used(self, words: Collection[str]) -> set[str]:
        """Those of the words that an entry has."""
        raise NotImplementedError
