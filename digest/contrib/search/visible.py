"""The entries of public issues, and the queries for those that match.

The queries for all issues of a site are compiled once for each content version.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from digest import statements
from digest.contrib.search.engines import engine
from digest.contrib.search.engines.base import Counted
from digest.contrib.search.matching import Match
from digest.contrib.search.models import Entry


class VisibleEntries:
    """The entries of the public issues that ``build`` returns.

    ``key`` names these issues for ``digest.statements``; without it, each query is compiled again.
    """

    def __init__(self, build: Callable[[], QuerySet], key: tuple[Any, ...] | None = None) -> None:
        self.build, self.key = build, key

    def all(self) -> QuerySet:
        issues = self.build().order_by()
        return Entry.objects.filter(Exists(issues.filter(pk=OuterRef("issue_id"))))

    def matching(self, match: Any, in_titles: bool = False) -> QuerySet:
        """Return the entries that match, the newest first."""
        return engine().matching(self.all(), match, in_titles)

    def newest(
        self,
        columns: Sequence[str],
        limit: int,
        match: Match,
        in_titles: bool = False,
        **since: int,
    ) -> list[tuple[Any, ...]]:
        """Return columns of the newest entries that match; ``pk__gte`` is the first to look at."""

        def build(match: Any, **since: Any) -> QuerySet:
            entries = self.matching(match, in_titles).filter(**since)
            return entries.values_list(*columns)[:limit]

        key = self._key("newest entries", *columns, limit, in_titles, *since)
        key, value = engine().compiled(key, match)
        return statements.fetch(key, build, match=value, **since)

    def newest_by_issue(self, match: Match, before: int, limit: int) -> list[Counted]:
        """Count the newest entries that match below a primary key by issue, hidden ones, too."""

        def build() -> QuerySet:
            return self.all().order_by().values_list("pk", "parent_id", "tag_ids")

        visible = statements.sql(self._key("counted entries"), build)
        return engine().newest_by_issue(visible, match, before, limit)

    def _key(self, *parts: Any) -> tuple[Any, ...] | None:
        return self.key and (*parts, *self.key)
