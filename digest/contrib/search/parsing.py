"""Parse the query language: words, "phrases", -excluded ones, and OR. All else is literal.

All words are required. ``OR`` between two of them requires one or the other; it binds closer than
the space.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

from digest.contrib.search.analysis import tokens
from digest.contrib.search.spellings import spellings_of

MAX_CHARACTERS = 200
MAX_TERMS = 20
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# Typographic quotation marks, which phones and word processors insert.
QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
QUERY_TERM = re.compile(r'(?P<minus>-?)(?:[^\w\s"-]*"(?P<phrase>[^"]*)"(?=[^\w"]|$)|(?P<word>\S+))')


class TooLong(ValueError):
    """More than ``MAX_CHARACTERS``, or more than ``MAX_TERMS`` words and phrases."""


class QueryTerm(NamedTuple):
    """A word or a phrase of a query: its tokens, its span, and other spellings of a word.

    A word of several tokens (GPT-4) is searched for as a phrase, too.
    """

    tokens: tuple[str, ...]
    is_quoted: bool
    start: int
    end: int
    spellings: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Query:
    """A parsed query: one term of each group is required, and none of the excluded ones."""

    text: str
    groups: tuple[tuple[QueryTerm, ...], ...]
    excluded: tuple[QueryTerm, ...]

    @property
    def ends_in_word(self) -> bool:
        """Return whether the text ends within a word, which may be incomplete."""
        last = self.groups[-1][-1] if self.groups else None
        return last is not None and not last.is_quoted and last.end == len(self.text)


def parse(text: str) -> Query:
    """Parse a query; raise TooLong, and nothing else for any text."""
    if len(text) > MAX_CHARACTERS:
        raise TooLong(f"A query has at most {MAX_CHARACTERS} characters.")
    query = parse_any_length(
        CONTROLS.sub(" ", unicodedata.normalize("NFC", text)).translate(QUOTES)
    )
    if len(query.excluded) + sum(map(len, query.groups)) > MAX_TERMS:
        raise TooLong(f"A query has at most {MAX_TERMS} words and phrases.")
    return query


def parse_any_length(text: str) -> Query:
    """Parse normalised text of any length."""
    groups: list[list[QueryTerm]] = []
    excluded: list[QueryTerm] = []
    matches = list(QUERY_TERM.finditer(text))
    for number, match in enumerate(matches):
        term = _query_term(match)
        if _is_or(matches, number):
            continue
        if match["minus"]:
            excluded.append(term)
        elif term.tokens and number > 1 and _is_or(matches, number - 1) and groups:
            groups[-1].append(term)
        elif term.tokens:
            groups.append([term])
    required = tuple(map(tuple, groups))
    return Query(text, required, tuple(term for term in excluded if term.tokens))


def _query_term(match: re.Match[str]) -> QueryTerm:
    kind = "word" if match["phrase"] is None else "phrase"
    spellings = tuple(spellings_of(match[kind])) if kind == "word" else ()
    return QueryTerm(
        tuple(tokens(match[kind])), kind == "phrase", *match.span(kind), spellings=spellings
    )


def _is_or(matches: list[re.Match[str]], number: int) -> bool:
    """Return whether this is the operator: OR between two words or phrases to search for."""
    if not 0 < number < len(matches) - 1 or matches[number].group() != "OR":
        return False
    before, after = matches[number - 1], matches[number + 1]
    both = all(_query_term(match).tokens and not match["minus"] for match in (before, after))
    return both and not _is_or(matches, number - 1)
