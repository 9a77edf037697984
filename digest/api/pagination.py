"""Cursor pagination by keyset: each page costs the same, and new rows shift nothing."""

import hashlib
from collections.abc import Callable
from typing import Any, NamedTuple

from django.core import signing
from django.db.models import Model, Q, QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from digest import statements, visibility
from digest.api.errors import InvalidParameters
from digest.api.extensions import fresh_parameters


def _signer() -> signing.Signer:
    # Not signing.dumps, which adds a timestamp: the ETag of a list would change with time.
    return signing.Signer(salt="digest.api.cursor")


class Cursor(NamedTuple):
    """A position in a list: after (or before) the row with these values of the order fields."""

    backwards: bool
    values: list[Any]


# Takes the values of the order fields after which a page starts, or None, whether it goes on to
# lower ones, and a number of rows. Returns rows that include the first ones, and whether all.
First = Callable[[list[str] | None, bool, int], tuple[QuerySet, bool]]


class CursorPagination(BasePagination):
    """Paginate a queryset by ``order``, a list of fields that together are unique.

    A cursor is signed, with a fingerprint of the path and the filters; one that was modified or
    belongs to another query is a 400. The envelope is that of DRF's ``CursorPagination``, with an
    optional ``count``, and the links are also in the ``Link`` header (RFC 8288).

    ``counted`` are the same rows, in a query that is better for counting. ``first`` may find the
    rows of a page faster; if it finds too few, the page is read from all rows.
    """

    counted: QuerySet | None = None
    first: First | None = None

    def __init__(self, order: list[str], parameters: dict[str, Any]) -> None:
        self.order = order
        self.limit = parameters["limit"]
        self.token = parameters.get("cursor")
        self.with_count = parameters["count"]

    def paginate_queryset(
        self, queryset: QuerySet, request: Request, view: Any = None
    ) -> list[Any]:
        self._start(request, queryset if self.counted is None else self.counted)
        cursor = self._read_cursor()
        backwards = bool(cursor and cursor.backwards)
        rows = self._first(cursor, backwards) or list(self._slice(queryset, cursor, backwards))
        return self._page(rows, cursor, backwards)

    def compiled_page(
        self,
        key: tuple[Any, ...],
        model: type[Model],
        build: Callable[[], QuerySet],
        request: Request,
    ) -> list[Any]:
        """Return a page of the queryset that ``build`` returns, by a compiled statement."""
        self._start(request, self.counted)
        cursor = self._read_cursor()
        backwards = bool(cursor and cursor.backwards)
        values = self._typed_values(model, cursor.values) if cursor else {}

        def rows(**values: Any) -> QuerySet:
            start = cursor and Cursor(backwards, list(values.values()))
            return self._slice(build(), start, backwards)

        key = (*key, *self.order, self.limit, bool(cursor), backwards)
        return self._page(statements.fetch(key, rows, **values), cursor, backwards)

    def _typed_values(self, model: type[Model], values: list[str]) -> dict[str, Any]:
        """Return the values of the order fields by name, as the model has them."""
        names = [field.lstrip("-") for field in self.order]
        fields = [model._meta.pk if name == "pk" else model._meta.get_field(name) for name in names]
        return {n: f.to_python(value) for n, f, value in zip(names, fields, values, strict=True)}

    def _start(self, request: Request, counted: QuerySet | None) -> None:
        self.request = request
        self.total = self._count(counted) if self.with_count else None

    def _page(
        self, rows: list[Any], cursor: Cursor | None = None, backwards: bool = False
    ) -> list[Any]:
        more, rows = len(rows) > self.limit, rows[: self.limit]
        if backwards:
            rows.reverse()
        self.has_next = backwards or more
        self.has_previous = more if backwards else bool(cursor)
        self.rows = rows
        return rows

    def get_paginated_response(self, data: list[Any]) -> Response:
        links = {
            "next": self._link(False) if self.has_next else None,
            "previous": self._link(True) if self.has_previous else None,
        }
        body = links | {"results": data}
        if self.with_count:
            body["count"] = self.total
        header = ", ".join(f'<{url}>; rel="{rel}"' for rel, url in links.items() if url)
        return Response(body, headers={"Link": header} if header else None)

    def _count(self, queryset: QuerySet) -> int:
        site = self.request.get_host(), self.request.get_port()
        key = ("count", *site, self.request.path, *self._filters())
        return visibility.once_until_expiry(key, queryset.count)

    def _first(self, cursor: Cursor | None, backwards: bool) -> list[Any]:
        """Return the rows of a page by ``first``; none if it finds too few."""
        if self.first is None:
            return []
        is_descending = self.order[0].startswith("-") is not backwards
        number = self.limit + 1
        found, is_complete = self.first(cursor and cursor.values, is_descending, number)
        rows = list(self._slice(found, cursor, backwards))
        return rows if is_complete or len(rows) == number else []

    def _slice(self, queryset: QuerySet, cursor: Cursor | None, backwards: bool) -> QuerySet:
        order = [_reversed(field) for field in self.order] if backwards else self.order
        if cursor:
            queryset = queryset.filter(_beyond(order, cursor.values))
        return queryset.order_by(*order)[: self.limit + 1]

    def _link(self, backwards: bool) -> str | None:
        if not self.rows:
            return remove_query_param(self.request.build_absolute_uri(), "cursor")
        row = self.rows[0 if backwards else -1]
        values = [str(getattr(row, field.lstrip("-"))) for field in self.order]
        token = _signer().sign_object([int(backwards), values, self._fingerprint()])
        return replace_query_param(self.request.build_absolute_uri(), "cursor", token)

    def _read_cursor(self) -> Cursor | None:
        if self.token is None:
            return None
        try:
            backwards, values, fingerprint = _signer().unsign_object(self.token)
        except (signing.BadSignature, ValueError):
            fingerprint = None
        if fingerprint != self._fingerprint():
            detail = "The cursor does not belong to this list and these parameters."
            raise InvalidParameters([{"parameter": "cursor", "code": "invalid", "detail": detail}])
        return Cursor(bool(backwards), values)

    def _fingerprint(self) -> str:
        """Return a hash of the path and of every parameter that filters or orders."""
        query = repr((self.request.path, self._filters())).encode()
        return hashlib.blake2s(query, digest_size=8).hexdigest()

    def _filters(self) -> list[tuple[str, str]]:
        others = {"cursor", "limit", "count", "include", "fields", "rich_text"}
        others |= {parameter.name for parameter in fresh_parameters()}
        given = self.request.query_params.items()
        return sorted((name, value) for name, value in given if name not in others)


def _reversed(field: str) -> str:
    return field[1:] if field.startswith("-") else f"-{field}"


def _beyond(order: list[str], values: list[str]) -> Q:
    """Return a condition for the rows after the one with the values.

    It includes a condition on the first field only, for which the database can use an index.
    """
    after, same = Q(), Q()
    for field, value in zip(order, values, strict=True):
        name, operator = field.lstrip("-"), "lt" if field.startswith("-") else "gt"
        after |= same & Q(**{f"{name}__{operator}": value})
        same &= Q(**{name: value})
    first = order[0].lstrip("-")
    return Q(**{f"{first}__{'lte' if order[0].startswith('-') else 'gte'}": values[0]}) & after
