"""Turn the rows of a stored file into lines about readers."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from digest.contrib.newsletter.email_addresses import (
    Address,
    InvalidAddress,
    parse,
    without_addresses,
)
from digest.contrib.newsletter.models import SubscriberImport
from digest.contrib.newsletter.transfer.files import (
    FALLBACK_ENCODING,
    ImportFileError,
    Part,
    Row,
    encoding_of,
    first_row,
    parts,
    rows,
)
from digest.contrib.newsletter.transfer.formats import (
    Column,
    FileState,
    Format,
    Mapping,
    recognise,
    state_of,
    unescape,
)
from digest.contrib.newsletter.transfer.notes import MAX_LENGTH

# No newsletter has been sent by e-mail before.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


class Line(NamedTuple):
    """What a file says about one reader; ``slug`` and ``consent`` are from exports of this site."""

    part: str
    number: int
    address: Address
    state: FileState
    requested_at: datetime | None
    confirmed_at: datetime | None
    ended_at: datetime | None
    slug: str
    consent: str


class InvalidLine(NamedTuple):
    part: str
    number: int
    code: str


def recognised_format(data: bytes, kind: str = "") -> str:
    """Return the format of a file, ``Format.OTHER`` if its columns have to be chosen."""
    found = [recognise(first_row(part), part.name or kind) for part in parts(data)]
    return found[0].format if found[0] and all(found) else Format.OTHER


def has_guessed_encoding(data: bytes) -> bool:
    return any(encoding_of(part) == FALLBACK_ENCODING for part in parts(data))


def read(record: SubscriberImport) -> Iterator[Line | InvalidLine]:
    """Yield the lines of an import; raise ImportFileError."""
    for part in parts(bytes(record.file)):
        mapping = mapping_of(record, part)
        found = rows(part)
        if mapping.has_header:
            next(found)
        for row in found:
            yield _line(part.name, row, mapping)


def mapping_of(record: SubscriberImport, part: Part) -> Mapping:
    """Return where the columns are: as they were chosen, or else as the header says."""
    header = first_row(part)
    if record.columns:
        columns = {Column(name): number for name, number in record.columns.items()}
        state = state_of(part.name or record.kind, header)
        return Mapping(Format.OTHER, columns, state=state)
    if mapping := recognise(header, part.name or record.kind):
        return mapping
    raise ImportFileError(_("No column has been chosen for the addresses."))


def _line(part: str, row: Row, mapping: Mapping) -> Line | InvalidLine:
    def cell(column: Column) -> str:
        number = mapping.columns.get(column)
        has_cell = number is not None and number < len(row.cells)
        return unescape(row.cells[number].strip()) if has_cell else ""

    try:
        address = parse(cell(Column.ADDRESS))
    except InvalidAddress as error:
        return InvalidLine(part, row.line, error.code)
    ended_at = cell(Column.ENDED)
    return Line(
        part,
        row.line,
        address,
        FileState.ENDED if ended_at else _state(cell, mapping),
        _datetime(cell(Column.REQUESTED)),
        _datetime(cell(Column.CONFIRMED)),
        _datetime(ended_at),
        cell(Column.DIGEST),
        without_addresses(cell(Column.CONSENT).replace("\0", ""))[:MAX_LENGTH],
    )


def _state(cell, mapping: Mapping) -> FileState:
    if Column.STATE not in mapping.columns:
        return mapping.state
    return mapping.states.get(cell(Column.STATE).lower(), FileState.UNKNOWN)


def _datetime(text: str) -> datetime | None:
    """Return a time of the past, in UTC if it has no offset; None if it is not understood."""
    try:
        found = parse_datetime(text) if text else None
        if found and found.tzinfo is None:
            found = found.replace(tzinfo=UTC)
        return found if found and EARLIEST <= found <= timezone.now() else None
    except (ValueError, OverflowError):
        return None
