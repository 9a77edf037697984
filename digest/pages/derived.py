"""Tables derived from issues: kept in sync when an issue is saved, and rebuilt by a command.

The issues alone are the source of truth, so the rows can be compared with them and rebuilt at any
time.
"""

from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from django.core.management.base import BaseCommand, CommandError
from django.db import models, transaction
from django.db.models import QuerySet

from digest.pages.bodies import tolerate_broken_body
from digest.pages.page_models import get_issue_page_model

BATCH_SIZE = 100


class Drift(NamedTuple):
    """Pair an expected row with the actual one; None where there is none."""

    expected: Any
    actual: Any


class DerivedTable:
    """Derive rows from issues, and find and repair those that differ.

    Override ``rows_of_issue``, or ``expected_rows`` if rows are not derived from live issues one by
    one. ``repair`` writes with one upsert unless it is overridden.
    """

    model: type[models.Model]
    row_name: str
    # What identifies a row across rebuilds, and the fields that are compared and written.
    key_fields = ("issue_id", "position")
    fields: tuple[str, ...]
    # The fields of an issue that rows are derived from.
    source_fields = frozenset({"live", "date", "body"})

    def expected_rows(self, issues: QuerySet) -> Iterable[Any]:
        """Return the unsaved rows that the issues should have: none if the body is broken."""
        for issue in issues.filter(live=True).only("date", "body"):
            with tolerate_broken_body(issue):
                yield from list(self.rows_of_issue(issue))

    def rows_of_issue(self, issue: Any) -> Iterator[Any]:
        """Return the unsaved rows of a live issue."""
        raise NotImplementedError

    def actual_rows(self, pks: Iterable[int]) -> QuerySet:
        """Return the saved rows of the issues with these primary keys."""
        return self.model.objects.filter(issue__in=pks)

    def content(self, row: Any) -> list[Any]:
        """Return the values in which an expected and an actual row are compared."""
        return [getattr(row, name) for name in self.fields]

    def place(self, row: Any) -> str:
        """Return where in its issue a row belongs, for people to read."""
        return f"{self.row_name} {row.position + 1}"

    def is_source_saved(self, update_fields: Iterable[str] | None, raw: bool) -> bool:
        """Return whether a save writes a source field; fixtures are left to the command."""
        is_written = update_fields is None or not self.source_fields.isdisjoint(update_fields)
        return is_written and not raw

    def derive_saved(
        self, issue: Any, created: bool, update_fields: Iterable[str] | None, raw: bool
    ) -> None:
        """Repair the rows of a saved issue, if they may differ."""
        is_new_draft = created and not issue.live  # which has no rows
        if self.is_source_saved(update_fields, raw) and not is_new_draft:
            self.derive([issue.pk])

    def derive(self, pks: Iterable[int]) -> int:
        """Repair the rows of some issues, in batches; return how many rows differed."""
        pks = sorted(pks)  # All transactions lock in this order.
        starts = range(0, len(pks), BATCH_SIZE)
        return sum(self._derive_batch(pks[start : start + BATCH_SIZE]) for start in starts)

    @transaction.atomic
    def _derive_batch(self, pks: list[int]) -> int:
        drifts = self.compare(pks)
        self.repair(drifts)
        return len(drifts)

    def rebuild(self, progress: Callable[[int], None] | None = None) -> int:
        """Repair the rows of all issues; return how many differed.

        Call ``progress`` after each batch with the number of issues so far.
        """
        repaired = seen = 0
        for pks in issue_batches():
            repaired += self.derive(pks)
            seen += len(pks)
            if progress:
                progress(seen)
        return repaired

    def drifts(self) -> Iterator[Drift]:
        """Yield each row that differs, in batches; change nothing."""
        for pks in issue_batches():
            with transaction.atomic():
                drifts = self.compare(pks)
            yield from drifts

    def check(self) -> Iterator[str]:
        """Yield a line for each row that is missing, stale or differs; change nothing."""
        for expected, actual in self.drifts():
            row = expected or actual
            kind = "differs" if expected and actual else "missing" if expected else "stale"
            yield f"{kind}: issue {row.issue_id}, {self.place(row)}"

    def compare(self, pks: list[int]) -> list[Drift]:
        """Return the rows of some issues that differ; needs a transaction."""
        issues = get_issue_page_model().objects.filter(pk__in=pks).order_by("pk")
        # Lock before reading, to read what other transactions have committed.
        if not list(issues.select_for_update(of=("self",), no_key=True).only("pk")):
            return []
        expected = self._by_key(self.expected_rows(issues))
        actual = self._by_key(self.actual_rows(pks))
        keys = sorted(expected.keys() | actual.keys())
        pairs = (Drift(expected.get(key), actual.get(key)) for key in keys)
        return [pair for pair in pairs if self._differs(pair)]

    def _by_key(self, rows: Iterable[Any]) -> dict[tuple, Any]:
        return {tuple(getattr(row, name) for name in self.key_fields): row for row in rows}

    def _differs(self, pair: Drift) -> bool:
        return not all(pair) or self.content(pair.expected) != self.content(pair.actual)

    def repair(self, drifts: list[Drift]) -> None:
        """Delete the stale rows, insert the missing ones and update the others."""
        stale = [drift.actual.pk for drift in drifts if not drift.expected]
        if stale:
            self.model.objects.filter(pk__in=stale).delete()
        self.model.objects.bulk_create(
            [drift.expected for drift in drifts if drift.expected],
            update_conflicts=True,
            unique_fields=self.key_fields,
            update_fields=self.fields,
        )


def issue_batches() -> Iterator[list[int]]:
    """Yield the primary keys of all issues, live or not, in batches."""
    pks = get_issue_page_model().objects.order_by("pk").values_list("pk", flat=True)
    batch = list(pks[:BATCH_SIZE])
    while batch:
        yield batch
        batch = list(pks.filter(pk__gt=batch[-1])[:BATCH_SIZE])


class RebuildCommand(BaseCommand):
    """Rebuild a derived table; with ``--check``, print what differs and exit with 1."""

    table: DerivedTable
    # What is printed after a rebuild and after a check.
    repaired_message: str
    drift_message: str
    correct_message: str

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="change nothing; print each row that differs, and exit with 1 if there are any",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            self.check_rows()
        else:
            message = self.repaired_message.format(self.rebuild(**options))
            self.stdout.write(self.style.SUCCESS(message))

    def rebuild(self, **options: Any) -> int:
        """Rebuild the table; return how many rows differed."""
        return self.table.rebuild()

    def check_rows(self) -> None:
        """Print each row that differs; raise CommandError if there is one."""
        count = 0
        for count, line in enumerate(self.table.check(), 1):  # noqa: B007
            self.stdout.write(line)
        if count:
            raise CommandError(self.drift_message.format(count))
        self.stdout.write(self.style.SUCCESS(self.correct_message))
