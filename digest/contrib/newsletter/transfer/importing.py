"""Check and import the files of subscribers: the job ``import_subscribers``.

A thousand lines at a time are a transaction that inserts what is missing. A file that was begun is
begun again after a kill; what it has inserted is recognised by its origin.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from django.db import Error
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from digest.contrib.newsletter.models import SubscriberImport
from digest.contrib.newsletter.subscriptions import imported
from digest.contrib.newsletter.transfer.files import DAMAGED, ImportFileError
from digest.contrib.newsletter.transfer.formats import FileState
from digest.contrib.newsletter.transfer.lines import InvalidLine, Line, read
from digest.contrib.newsletter.transfer.outcomes import LEFT_OUT, Outcome, rejection_of

State = SubscriberImport.State
CHUNK = 1000
ERRORS_KEPT = 10_000
KEEP_UNFINISHED = timedelta(days=1)
# Of those being checked or imported: begun before the daily job deletes them, so that they have not
# got on for a day.
KEEP_WORKING = timedelta(days=3)


def is_due() -> bool:
    return _waiting().exists()


def run() -> None:
    """Check or import each file that waits for it."""
    for pk in list(_waiting().order_by("pk").values_list("pk", flat=True)):
        if record := _waiting().filter(pk=pk).first():
            work(record)


def _waiting() -> QuerySet:
    # The command works on its own imports, which have no stored file.
    return SubscriberImport.objects.filter(state__in=SubscriberImport.WORKING).exclude(file=b"")


def work(record: SubscriberImport) -> None:
    """Check or import a file, and record how that has ended."""
    try:
        _work(record)
    except ImportFileError as error:
        _fail(record, str(error))
    except Error:  # of the database: the job tries again
        raise
    except DAMAGED:
        _fail(record, _("This archive is damaged."))
    except Exception:
        _fail(record, _("An unexpected error has occurred; the log has the details."))
        raise


def _work(record: SubscriberImport) -> None:
    counts: Counter[str] = Counter()
    left_out: list[tuple[str, int, str]] = []
    for lines in _chunks(read(record)):
        for line, outcome in _process(record, lines):
            counts[outcome] += 1
            if outcome in LEFT_OUT and len(left_out) < ERRORS_KEPT:
                left_out.append((line.part, line.number, outcome))
        _save(record, counts=counts, rows_read=counts.total())
    if not counts:
        raise ImportFileError(_("This file has no line about a reader."))
    if record.state == State.CHECKING:
        _save(record, errors=left_out, rows=counts.total(), state=State.CHECKED)
    else:
        _end(record, errors=left_out, rows=counts.total(), state=State.DONE)


def _fail(record: SubscriberImport, reason: str) -> None:
    _end(record, state=State.FAILED, reason=reason[:300])


def _end(record: SubscriberImport, **fields: Any) -> None:
    _save(record, file=b"", finished_at=timezone.now(), **fields)


def _save(record: SubscriberImport, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(record, name, value)
    record.save(update_fields=list(fields))


def _chunks(lines: Iterable[Line | InvalidLine]) -> Iterator[list[Line | InvalidLine]]:
    """Yield up to a thousand lines, with each address once.

    A repeated address is invalid, unless the later line says that its reader is not to be mailed.
    """
    seen: set[int] = set()  # of hashes, which are smaller than addresses
    chunk: list[Line | InvalidLine] = []
    keys: set[str] = set()
    for line in lines:
        if isinstance(line, Line):
            key = line.address.key
            if hash(key) in seen and line.state not in (FileState.ENDED, FileState.SUPPRESSED):
                line = InvalidLine(line.part, line.number, Outcome.DUPLICATE)
            elif key in keys:
                yield chunk
                chunk, keys = [], set()
        if isinstance(line, Line):
            seen.add(hash(line.address.key))
            keys.add(line.address.key)
        chunk.append(line)
        if len(chunk) == CHUNK:
            yield chunk
            chunk, keys = [], set()
    if chunk:
        yield chunk


def _process(
    record: SubscriberImport, lines: list[Line | InvalidLine]
) -> list[tuple[Line | InvalidLine, Outcome]]:
    """Return each line with its outcome."""
    outcomes: dict[Line | InvalidLine, Outcome] = {}
    valid: list[Line] = []
    for line in lines:
        if isinstance(line, InvalidLine):
            outcomes[line] = Outcome(line.code)
        elif rejection := rejection_of(line, record.digest.slug):
            outcomes[line] = rejection
        else:
            valid.append(line)
    is_check = record.state == State.CHECKING
    outcomes |= imported.add(record, valid, is_check=is_check)
    return [(line, outcomes[line]) for line in lines]


def end_all() -> int:
    """End all imports after the restore of a backup; return their number.

    They would subscribe readers again who have left since the backup was made.
    """
    found = list(_waiting())
    for record in found:
        _fail(record, _("A backup was restored: import the file again."))
    return len(found)


def delete_unfinished() -> int:
    """Delete imports that nobody has finished in a day, or that are stuck; return their number.

    An import that has added readers before it was broken off remains, as the record of consent.
    """
    now, working = timezone.now(), Q(state__in=SubscriberImport.WORKING)
    old = Q(created_at__lt=now - KEEP_UNFINISHED) & ~working | Q(created_at__lt=now - KEEP_WORKING)
    rows = SubscriberImport.objects.exclude(state__in=(State.DONE, State.FAILED)).filter(old)
    found = list(rows.defer("file"))
    for record in found:
        if record.subscriptions.exists():
            _fail(record, _("It was broken off."))
        else:
            rows.filter(pk=record.pk).delete()  # unless it was started meanwhile
    return len(found)
