"""Find other spellings of the words of a text: coop of co-op, 48750 of 48,750, 2.11 of v2.11.

The index has them beside the words as written, so that a query matches whichever spelling it has.
"""

import re
from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from digest.contrib.search.analysis import (
    Token,
    parts_at,
    signed_spans,
    spans,
    tokens,
    without_signs,
)

HYPHENS = "\u058a\u05be\u2010\u2011\ufe63\uff0d-"
HYPHEN = re.compile(f"[{HYPHENS}]")
HYPHENATED = re.compile(rf"(?<![^\s{HYPHENS}])[^\s{HYPHENS}]++(?:[{HYPHENS}][^\s{HYPHENS}]++)+")
# More parts are a phrase rather than a word; every two or more adjacent ones are joined.
MAX_PARTS = 4


class Spelling(NamedTuple):
    """Another spelling, as tokens, and the span of the words as written."""

    tokens: tuple[str, ...]
    start: int
    end: int


def _grouped(separators: str, decimal: str, groups: str = r"(?:{0}\d{{3}})+") -> re.Pattern[str]:
    """Compile the pattern of a number with separators, and with decimals after another one."""
    one = f"[{separators}]"
    whole = rf"(?<!\d)(?<!\d{one})(?P<whole>[1-9]\d{{0,2}}{groups.format(one)})"
    return re.compile(rf"{whole}(?P<decimals>[{decimal}]\d+)?(?!{one}?\d)")


# 48,750 and 48.750, 48'750 and 48 750 (each with all characters for it), 2,50,000.
NUMBERS = [
    _grouped(",", "."),
    _grouped(".", ","),
    _grouped("'’٬_", ".,"),
    _grouped(" \u00a0\u2009\u202f", ".,"),
    _grouped(",", ".", r"(?:{0}\d\d)+{0}\d{{3}}"),
]
# What every number with separators or full stops has: most texts have none.
SEPARATED = re.compile(r"\d[.,'’٬_ \u00a0\u2009\u202f]\d")
# A version such as v2.11, or another number that is attached to a word.
VERSION = re.compile(r"(?<!\w)(?P<word>[^\W\d_]++)(?P<number>\d+(?:\.\d+)+)")


def spellings(text: str) -> Iterator[Spelling]:
    """Yield the other spellings of the words of a text; of C++, C# and .NET, the plain words."""
    yield from _equal_spellings(text)
    for start, end in signed_spans(text):
        yield Spelling(tuple(map(without_signs, tokens(text[start:end]))), start, end)


def spellings_of(word: str) -> list[tuple[str, ...]]:
    """Return the other spellings of a word of a query, as tokens."""
    words = list(spans(word))
    whole = words and (words[0].start, words[-1].end)
    return [other for other, *span in _equal_spellings(word) if tuple(span) == whole]


def without_separators(number: str) -> str | None:
    """Return a number without its separators; None if it has none, or is no number."""
    matches = (pattern.fullmatch(number) for pattern in NUMBERS)
    return next((_digits(match["whole"]) for match in matches if match), None)


def _equal_spellings(text: str) -> Iterator[Spelling]:
    for start, end in parts_at(text, [match.start() for match in HYPHEN.finditer(text)]):
        for hyphenated in HYPHENATED.finditer(text, start, end):
            for parts in _hyphenated_parts(hyphenated.group()):
                yield from _joined(parts, hyphenated.start())
    if SEPARATED.search(text):
        yield from _numbers(text)


def _numbers(text: str) -> Iterator[Spelling]:
    for number in (match for pattern in NUMBERS for match in pattern.finditer(text)):
        digits = _digits(number["whole"]) + (number["decimals"] or "")
        yield Spelling(tuple(tokens(digits)), *number.span())
    for version in VERSION.finditer(text):
        word, number = version.groups()
        written = number if word in "vV" else f"{word} {number}"
        yield Spelling(tuple(tokens(written)), *version.span())


def _hyphenated_parts(text: str) -> Iterator[list[Token]]:
    """Yield the tokens of each word whose parts have one hyphen between them, and nothing else."""
    parts: list[Token] = []
    for token in spans(text):
        if parts and text[parts[-1].end : token.start] not in [*HYPHENS]:
            yield parts
            parts = []
        parts.append(token)
    yield parts


def _joined(parts: list[Token], offset: int) -> Iterator[Spelling]:
    if len(parts) > MAX_PARTS:
        return
    for start, end in combinations(range(len(parts) + 1), 2):
        part = [token.text for token in parts[start:end]]
        joined = tokens("".join(part))
        # Numbers with a hyphen are ranges and dates, and words of two scripts stay two.
        if len(part) > 1 and len(joined) == 1 and not joined[0].isdecimal():
            yield Spelling(tuple(joined), offset + parts[start].start, offset + parts[end - 1].end)


def _digits(number: str) -> str:
    return "".join(filter(str.isdecimal, number))
