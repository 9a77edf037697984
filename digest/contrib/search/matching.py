"""What an engine is asked: terms, and how they are put together."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Term(NamedTuple):
    """A word, or several words that follow each other; as a prefix, the last one may go on."""

    words: tuple[str, ...]
    is_prefix: bool = False


class AnyOf(NamedTuple):
    """One of the parts or more; it needs one part at least."""

    parts: tuple["Match", ...]


class AllOf(NamedTuple):
    """Every one of the parts; it needs one part at least."""

    parts: tuple["Match", ...]


class Without(NamedTuple):
    """The one and not the other."""

    match: "Match"
    excluded: "Match"


Match = Term | AnyOf | AllOf | Without


def any_of(parts: Iterable[Match]) -> Match:
    """One of the parts or more, in the shortest form."""
    parts = tuple(dict.fromkeys(parts))
    return parts[0] if len(parts) == 1 else AnyOf(parts)


def all_of(parts: Iterable[Match]) -> Match:
    """Every one of the parts, in the shortest form."""
    parts = tuple(dict.fromkeys(parts))
    return parts[0] if len(parts) == 1 else AllOf(parts)


def terms(match: Match) -> Iterator[Term]:
    """The terms that a match looks for, without the excluded ones."""
    if isinstance(match, Term):
        yield match
    elif isinstance(match, Without):
        yield from terms(match.match)
    else:
        for part in match.parts:
            yield from terms(part)
