"""Pagination of search results: by relevance, of the hits; by date, of all entries."""

from collections.abc import Sequence
from typing import Any

from rest_framework.response import Response

from digest.api.pagination import Cursor, CursorPagination
from digest.contrib.search.results import SearchResults

# Fields that together are unique, by the value of ``order``.
ORDERS = {"relevance": ["score", "pk"], "-date": ["pk"], "date": ["pk"]}


class SearchPagination(CursorPagination):
    """Paginate results in the requested order; each row has a ``pk``."""

    def __init__(self, found: SearchResults, parameters: dict[str, Any]) -> None:
        super().__init__(ORDERS[parameters["order"]], parameters)
        self.found, self.order_by = found, parameters["order"]

    @property
    def rows_in_order(self) -> Any:
        """Return the hits, or the entries without their text."""
        return self.found.hits if self.order_by == "relevance" else self.found.entries.only("pk")

    def get_paginated_response(self, data: list[Any]) -> Response:
        response = super().get_paginated_response(data)
        if self.with_count:
            response.data["count_is_exact"] = self.found.counts.is_exact
        return response

    def _count(self, rows: Any) -> int:
        return self.found.counts.total

    def _slice(self, rows: Any, cursor: Cursor | None, backwards: bool) -> Sequence[Any]:
        select = self._hits if self.order_by == "relevance" else self._entries
        return select(rows, cursor, backwards)[: self.limit + 1]

    def _hits(self, hits: list[Any], cursor: Cursor | None, backwards: bool) -> list[Any]:
        ordered = hits[::-1] if backwards else hits
        if cursor is None:
            return ordered
        position = (float(cursor.values[0]), int(cursor.values[1]))
        pks = [hit.pk for hit in ordered]
        # By the hit itself, if it still exists, because scores change with each published issue.
        if position[1] in pks:
            return ordered[pks.index(position[1]) + 1 :]
        return [hit for hit in ordered if ((hit.score, hit.pk) > position) is backwards]

    def _entries(self, entries: Any, cursor: Cursor | None, backwards: bool) -> Any:
        # The engine's order is newest first, so the database need not sort.
        to_older = (self.order_by == "-date") is not backwards
        if cursor:
            lookup = "lt" if to_older else "gt"
            entries = entries.filter(**{f"pk__{lookup}": int(cursor.values[0])})
        return entries if to_older else entries.reverse()
