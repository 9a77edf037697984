"""The boolean query that an engine runs: terms, combined."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Term(NamedTuple):
    """A word or a phrase of adjacent words; with ``is_prefix``, the last word is a prefix."""

    words: tuple[str, ...]
    is_prefix: bool = False


def token_text(term: Term) -> str:
    """Return a term as it occurs in the texts of entries, with spaces around tokens."""
    return f" {' '.join(term.words)}{'' if term.is_prefix else ' '}"


class AnyOf(NamedTuple):
    """Match at least one of the parts, of which there is at least one."""

    parts: tuple["Match", ...]


class AllOf(NamedTuple):
    """Match all of the parts, of which there is at least one."""

    parts: tuple["Match", ...]


class Without(NamedTuple):
    """Match ``match`` and not ``excluded``."""

    match: "Match"
    excluded: "Match"


Match = Term | AnyOf | AllOf | Without


def any_of(parts: Iterable[Match]) -> Match:
    """Combine the distinct parts by OR; return a single part as it is."""
    parts = tuple(dict.fromkeys(parts))
    return parts[0] if len(parts) == 1 else AnyOf(parts)


def all_of(parts: Iterable[Match]) -> Match:
    """Combine the distinct parts by AND; return a single part as it is."""
    parts = tuple(dict.fromkeys(parts))
    return parts[0] if len(parts) == 1 else AllOf(parts)


def terms(match: Match) -> Iterator[Term]:
    """Yield the terms of a match, except the excluded ones."""
    if isinstance(match, Term):
        yield match
    elif isinstance(match, Without):
        yield from terms(match.match)
    else:
        for part in match.parts:
            yield from terms(part)
