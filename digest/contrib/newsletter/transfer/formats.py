"""Recognise the exports of other services by their headers."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from digest.contrib.newsletter.email_addresses import InvalidAddress, parse
from digest.contrib.newsletter.models import SubscriberImport

Format = SubscriberImport.Format


class Column(StrEnum):
    """What a column has."""

    ADDRESS = "address"
    STATE = "state"
    REQUESTED = "requested_at"
    CONFIRMED = "confirmed_at"
    ENDED = "ended_at"
    DIGEST = "digest"
    CONSENT = "consent"


class FileState(StrEnum):
    """What a file says about a reader."""

    ACTIVE = "active"
    ENDED = "ended"
    PENDING = "pending"
    SUPPRESSED = "suppressed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Mapping:
    """Where a CSV file has what; ``states`` are the values of its state column."""

    format: str
    columns: dict[Column, int]
    has_header: bool = True
    # Of all rows, if there is no column with the state.
    state: FileState = FileState.ACTIVE
    states: dict[str, FileState] = field(default_factory=lambda: STATES)


def _states(**values: str) -> dict[str, FileState]:
    return {each: FileState(state) for state, text in values.items() for each in text.split(",")}


# Buttondown's types are among them.
STATES = _states(
    active="active,subscribed,confirmed,enabled,regular,premium,gifted,trialed,churning,past_due,"
    "paid,free,comped,true,yes,1",
    ended="ended,unsubscribed,inactive,disabled,removed,deleted,churned,paused,cancelled,canceled,"
    "opted out,opt-out,false,no,0",
    pending="pending,unconfirmed,not confirmed,unactivated,upcoming,nonsubscribed,non-subscribed",
    suppressed="suppressed,cleaned,bounced,undeliverable,complained,spam,spammy,malicious,blocked,"
    "blocklisted,blacklisted",
)
IS_SUBSCRIBED = _states(active="true", ended="false")
IS_DISABLED = _states(active="false", ended="true")
MAILCHIMP_STATES = _states(
    active="subscribed", ended="unsubscribed", suppressed="cleaned", pending="nonsubscribed"
)
COLUMNS_OF_STATES = (
    (FileState.SUPPRESSED, {"clean_time", "clean_campaign_title", "clean_campaign_id"}),
    (FileState.ENDED, {"unsub_time", "unsub_campaign_title", "unsub_campaign_id", "unsub_reason"}),
)
OWN_COLUMNS = (
    "address",
    "digest",
    "state",
    "source",
    "requested_at",
    "confirmed_at",
    "ended_at",
    "consent",
)


@dataclass(frozen=True)
class Known:
    """An export that the names in its header identify."""

    format: str
    header: set[str]
    # Names by column; the first one that there is counts.
    names: dict[Column, tuple[str, ...]]
    states: dict[str, FileState] = field(default_factory=lambda: STATES)


KNOWN = (
    Known(Format.OWN, set(OWN_COLUMNS), {column: (column.value,) for column in Column}),
    Known(
        Format.GHOST,
        {"email", "subscribed_to_emails", "complimentary_plan"},
        {
            Column.ADDRESS: ("email",),
            Column.STATE: ("subscribed_to_emails",),
            Column.CONFIRMED: ("created_at",),
            Column.ENDED: ("deleted_at",),
        },
        IS_SUBSCRIBED,
    ),
    Known(
        Format.MAILCHIMP,
        {"member_rating", "confirm_time", "leid"},
        {
            Column.ADDRESS: ("email address", "email", "e-mail", "e-mail address"),
            Column.REQUESTED: ("optin_time",),
            Column.CONFIRMED: ("confirm_time",),
            Column.ENDED: ("unsub_time",),
        },
    ),
    Known(
        Format.BUTTONDOWN,
        {"subscriber_type", "creation_date"},
        {
            Column.ADDRESS: ("email", "email_address"),
            Column.STATE: ("subscriber_type",),
            Column.REQUESTED: ("creation_date",),
            Column.CONFIRMED: ("subscription_date", "creation_date"),
        },
    ),
    Known(
        Format.SUBSTACK,
        {"email", "active_subscription", "email_disabled"},
        {
            Column.ADDRESS: ("email",),
            Column.STATE: ("email_disabled",),
            Column.CONFIRMED: ("created_at",),
        },
        IS_DISABLED,
    ),
)


def recognise(first_row: list[str], kind: str = "") -> Mapping | None:
    """Return the mapping of a known file, or None; ``kind`` is that of Mailchimp's file."""
    if (mapping := _list(first_row)) is not None:
        return mapping
    names = [name.strip().lower() for name in first_row]
    for known in KNOWN:
        columns = _columns(known, names)
        if known.header <= set(names) and Column.ADDRESS in columns:
            state = state_of(kind, names) if known.format == Format.MAILCHIMP else FileState.ACTIVE
            return Mapping(known.format, columns, state=state, states=known.states)
    return None


def state_of(kind: str, names: Iterable[str]) -> FileState:
    """Return the state of all readers of a file without a column for it.

    Mailchimp says it by the name of the file alone, and by columns that its other files have not.
    """
    if kind:
        return MAILCHIMP_STATES[kind]
    found = {name.strip().lower() for name in names}
    return next((state for state, own in COLUMNS_OF_STATES if found & own), FileState.ACTIVE)


def _columns(known: Known, names: list[str]) -> dict[Column, int]:
    found = {
        column: [names.index(name) for name in candidates if name in names]
        for column, candidates in known.names.items()
    }
    return {column: numbers[0] for column, numbers in found.items() if numbers}


def _list(first_row: list[str]) -> Mapping | None:
    """Return the mapping of a file without a header, whose first row has an address."""
    numbers = [number for number, cell in enumerate(first_row) if _is_address(cell)]
    if not numbers:
        return None
    return Mapping(Format.LIST, {Column.ADDRESS: numbers[0]}, has_header=False)


def _is_address(cell: str) -> bool:
    try:
        parse(unescape(cell))
    except InvalidAddress:
        return False
    return True


def guess(first_row: Iterable[str]) -> dict[Column, int]:
    """Return what the columns of an unknown file probably have, as a proposal."""
    words = {Column.ADDRESS: "mail", Column.STATE: "stat", Column.CONFIRMED: "confirm"}
    found: dict[Column, int] = {}
    for number, name in enumerate(first_row):
        for column, word in words.items():
            if word in name.lower():
                found.setdefault(column, number)
    return found


FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def escape(text: str) -> str:
    """Put an apostrophe before what spreadsheets take for a formula."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA_STARTS) else text


def unescape(text: str) -> str:
    """Remove the apostrophe that ``escape`` or another export has added."""
    return text[1:] if text.startswith("'") and escape(text) != text else text
