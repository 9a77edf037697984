"""Queries whose SQL Django compiles once for each content version.

Compiling takes longer than the query itself, if that finds a few rows by an index. Django compiles
the queryset with parameters in place of values, and makes the rows of what the database returns. A
value is only ever passed to the driver, and is never part of the SQL.
"""

from collections.abc import Callable, Iterator
from copy import copy
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import BigIntegerField, QuerySet, Value
from django.db.models.expressions import ColPairs
from django.db.models.query import FlatValuesListIterable, ModelIterable, ValuesListIterable

from digest import memo, visibility

ITERABLES = {ModelIterable, ValuesListIterable, FlatValuesListIterable}
# Longer lists, which are rare, are compiled each time: a statement takes 2 kB for each value.
MAX_LENGTH = 128


class Parameter(Value):
    """A place in the SQL for a value that changes from query to query."""

    def __init__(self, name: Any, example: Any) -> None:
        # Any id fits, whatever the field is: a database adapter may bind an integer as 32 bits.
        super().__init__(example, BigIntegerField() if isinstance(example, int) else None)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return "%s", [self]

    def bind(self, values: dict[Any, Any], connection: Any) -> Any:
        """Return the value as the database adapter takes it."""
        return self.output_field.get_db_prep_value(values[self.name], connection)


class Statement(NamedTuple):
    """A queryset and its compiler; some of the ``parameters`` are instances of ``Parameter``.

    ``converted`` are the columns, but None in place of each that Django uses as it is.
    """

    queryset: QuerySet
    compiler: Any
    sql: str
    parameters: tuple[Any, ...]
    converted: list[Any]

    def fetch(self, values: dict[Any, Any]) -> list[Any]:
        db = self.queryset.db
        compiler = copy(self.compiler)
        compiler.using, compiler.connection = db, connections[db]
        compiler.as_sql = lambda: self.bind(values, compiler.connection)
        get_converters = compiler.get_converters
        compiler.get_converters = lambda columns: get_converters(self.converted)
        query = _Compiled(self.queryset.query, get_compiler=lambda using: compiler)
        return list(self.queryset._iterable_class(_Compiled(self.queryset, db=db, query=query)))

    def bind(self, values: dict[Any, Any], connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the SQL, and its parameters as the database adapter takes them."""
        return self.sql, tuple(
            parameter.bind(values, connection) if isinstance(parameter, Parameter) else parameter
            for parameter in self.parameters
        )


class _Compiled:
    """Stand in for a queryset, or for its query, with some attributes replaced."""

    def __init__(self, original: Any, **replaced: Any) -> None:
        self._original = original
        vars(self).update(replaced)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._original, name)


def fetch(
    key: tuple[Any, ...] | None, build: Callable[..., QuerySet], /, **values: Any
) -> list[Any]:
    """Return the rows of the queryset that ``build`` makes of the values.

    ``key`` names the query, and whatever else the queryset depends on; with None it is compiled
    each time. A value is a number, a text, a date or, for ``IN``, a list of them. For a relation or
    the primary key, write ``In(F("issue_id"), issues)``: the lookups of relations take no
    expressions.
    """
    if found := _compiled(key, build, values):
        statement, bound = found
        return statement.fetch(bound)
    return list(build(**values))


def sql(
    key: tuple[Any, ...] | None, build: Callable[..., QuerySet], /, **values: Any
) -> tuple[str, tuple[Any, ...]]:
    """Return the SQL of the queryset and its parameters, as a part of other SQL; see ``fetch``."""
    if found := _compiled(key, build, values):
        statement, bound = found
        return statement.bind(bound, connections[statement.queryset.db])
    queryset = build(**values)
    return queryset.query.get_compiler(queryset.db).as_sql()


def _compiled(
    key: tuple[Any, ...] | None, build: Callable[..., QuerySet], values: dict[str, Any]
) -> tuple[Statement, dict[Any, Any]] | None:
    """Return the statement and the values to bind; None if the queryset is to be compiled again."""
    lengths = {name: len(value) for name, value in values.items() if isinstance(value, list)}
    is_long = max(lengths.values(), default=0) > MAX_LENGTH
    if key is None or is_long or not memo.is_active():
        return None
    padded = {name: _padded(value) for name, value in values.items()}
    lengths = {name: len(padded[name]) for name in lengths}
    key = ("statement", *key, *lengths.items())
    statement = memo.once(key, lambda: _compile(build, padded))
    if statement is None:
        return None
    return statement, {"now": visibility.now(), **dict(_by_name(padded))}


def _padded(value: Any) -> Any:
    """Repeat the last value of a list up to a power of two, so that there are few statements."""
    if not isinstance(value, list) or not value:
        return value
    length = 1 << (len(value) - 1).bit_length()
    return value + value[-1:] * (length - len(value))


def _by_name(values: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    """Yield each value with the name of its parameter: those of a list are numbered."""
    for name, value in values.items():
        if isinstance(value, list):
            yield from (((name, number), one) for number, one in enumerate(value))
        else:
            yield name, value


def _compile(build: Callable[..., QuerySet], values: dict[str, Any]) -> Statement | None:
    """Return the statement; None if there cannot be any rows, or if they are not plain ones."""
    with visibility.at(Parameter("now", visibility.now())):
        queryset = build(**{name: _parameters(name, value) for name, value in values.items()})
    if queryset._iterable_class not in ITERABLES or queryset._prefetch_related_lookups:
        return None
    compiler = queryset.query.get_compiler(queryset.db)
    try:
        sql, parameters = compiler.as_sql()
    except EmptyResultSet:
        return None
    columns = [column for column, _sql, _alias in compiler.select[: compiler.col_count]]
    if any(isinstance(column, ColPairs) for column in columns):  # a composite primary key
        return None
    converted = [column if compiler.get_converters([column]) else None for column in columns]
    compiler.connection = None  # that of this thread
    return Statement(queryset, compiler, sql, tuple(parameters), converted)


def _parameters(name: str, value: Any) -> Any:
    if not isinstance(value, list):
        return Parameter(name, value)
    return [Parameter((name, number), one) for number, one in enumerate(value)]
