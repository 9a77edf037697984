"""The query language: words, "phrases", -excluded ones, and OR. Everything else is literal.

All words are needed. ``OR`` between two of them asks for one or the other; it binds closer than the
space does.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

from digest.contrib.search.analysis import tokens

MAX_CHARACTERS = 200
MAX_TERMS = 20
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# Those that phones and word processors write in place of the plain one.
QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
UNIT = re.compile(r'(?P<minus>-?)(?:[^\w\s"-]*"(?P<phrase>[^"]*)"(?=[^\w"]|$)|(?P<word>\S+))')


class TooLong(ValueError):
    """More than ``MAX_CHARACTERS``, or more than ``MAX_TERMS`` words and phrases."""


class Unit(NamedTuple):
    """A word or a phrase of a query: its tokens, and where it stands in the text.

    A word of several tokens (GPT-4) is looked for as a phrase, too.
    """

    tokens: tuple[str, ...]
    is_quoted: bool
    start: int
    end: int


@dataclass(frozen=True)
class Query:
    """What a text asks for: one unit of each group, and none of the excluded ones."""

    text: str
    groups: tuple[tuple[Unit, ...], ...]
    excluded: tuple[Unit, ...]

    @property
    def is_unfinished(self) -> bool:
        """Whether the text ends within a word."""
        last = self.groups[-1][-1] if self.groups else None
        return last is not None and not last.is_quoted and last.end == len(self.text)


def parse(text: str) -> Query:
    """Read a text; raises TooLong, and nothing else whatever the text is."""
    if len(text) > MAX_CHARACTERS:
        raise TooLong(f"A query has at most {MAX_CHARACTERS} characters.")
    query = read(CONTROLS.sub(" ", unicodedata.normalize("NFC", text)).translate(QUOTES))
    if len(query.excluded) + sum(map(len, query.groups)) > MAX_TERMS:
        raise TooLong(f"A query has at most {MAX_TERMS} words and phrases.")
    return query


def read(text: str) -> Query:
    """Read a text of any length."""
    groups: list[list[Unit]] = []
    excluded: list[Unit] = []
    units = list(UNIT.finditer(text))
    for number, found in enumerate(units):
        unit = _unit(found)
        if _is_or(units, number):
            continue
        if found["minus"]:
            excluded.append(unit)
        elif unit.tokens and number > 1 and _is_or(units, number - 1) and groups:
            groups[-1].append(unit)
        elif unit.tokens:
            groups.append([unit])
    asked = tuple(map(tuple, groups))
    return Query(text, asked, tuple(unit for unit in excluded if unit.tokens))


def _unit(found: re.Match[str]) -> Unit:
    kind = "word" if found["phrase"] is None else "phrase"
    start, end = found.span(kind)
    return Unit(tuple(tokens(found[kind])), kind == "phrase", start, end)


def _is_or(units: list[re.Match[str]], number: int) -> bool:
    """Whether this is the operator: OR between two words or phrases to look for."""
    if not 0 < number < len(units) - 1 or units[number].group() != "OR":
        return False
    before, after = units[number - 1], units[number + 1]
    both = all(_unit(unit).tokens and not unit["minus"] for unit in (before, after))
    return both and not _is_or(units, number - 1)
