"""Pages of what a search has found: by relevance, of its hits, or by date, of all its entries."""

from collections.abc import Sequence
from typing import Any

from rest_framework.response import Response

from digest.api.pagination import Cursor, CursorPagination
from digest.contrib.search.results import Found

# The fields that tell each row from every other, by the value of ``order``.
ORDERS = {"relevance": ["score", "pk"], "-date": ["pk"], "date": ["pk"]}


class SearchPagination(CursorPagination):
    """Pages of what was found, in the order that was asked for; each row has a ``pk``."""

    def __init__(self, found: Found, parameters: dict[str, Any]) -> None:
        super().__init__(ORDERS[parameters["order"]], parameters)
        self.found, self.by = found, parameters["order"]

    @property
    def rows_in_order(self) -> Any:
        """Hits, or entries of which no text is read."""
        return self.found.hits if self.by == "relevance" else self.found.entries.only("pk")

    def get_paginated_response(self, data: list[Any]) -> Response:
        """The envelope, which says besides whether ``count`` is all there is."""
        response = super().get_paginated_response(data)
        if self.with_count:
            response.data["count_is_exact"] = self.found.counts.is_exact
        return response

    def _count(self, rows: Any) -> int:
        return self.found.counts.total

    def _slice(self, rows: Any, cursor: Cursor | None, backwards: bool) -> Sequence[Any]:
        cut = self._hits if self.by == "relevance" else self._entries
        return cut(rows, cursor, backwards)[: self.limit + 1]

    def _hits(self, hits: list[Any], cursor: Cursor | None, backwards: bool) -> list[Any]:
        ordered = hits[::-1] if backwards else hits
        if cursor is None:
            return ordered
        place = (float(cursor.values[0]), int(cursor.values[1]))
        pks = [hit.pk for hit in ordered]
        # By the hit itself, since scores change with what is published; if it is still there.
        if place[1] in pks:
            return ordered[pks.index(place[1]) + 1 :]
        return [hit for hit in ordered if ((hit.score, hit.pk) > place) is backwards]

    def _entries(self, entries: Any, cursor: Cursor | None, backwards: bool) -> Any:
        """As the engine has them, newest first, or the other way round: nothing is to be sorted."""
        to_older = (self.by == "-date") is not backwards
        if cursor:
            side = "lt" if to_older else "gt"
            entries = entries.filter(**{f"pk__{side}": int(cursor.values[0])})
        return entries if to_older else entries.reverse()
