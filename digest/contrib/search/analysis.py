"""Text turned into tokens: the same for what is indexed and what is searched for, on any database.

A token is a word without its case, its diacritics and what cannot be seen. Writing that puts no
spaces between words gives a token for each character.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import Any, NamedTuple

import snowballstemmer

from digest.contrib.search.conf import conf

MAX_TOKEN_LENGTH = 40
# Han, Hiragana, Katakana, Thai, Lao, Myanmar and Khmer have no spaces between words.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U000323af"
)
# Diacritics of Latin, Greek and Cyrillic, and vowel signs of Arabic and Hebrew, which writers leave
# out as they like. The breve of the Cyrillic й makes another letter and stays.
LEFT_OUT = re.compile(
    "(?<!и)\u0306|[\u0300-\u0305\u0307-\u036f\u0591-\u05c7\u064b-\u065f\u0670"
    # and what chooses the look of a character
    "\u20d0-\u20ff\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)


@cache
def _word() -> re.Pattern[str]:
    """Letters, numbers and marks, with them what has no width, as a soft hyphen; no words are
    beyond the first two planes but those of UNSPACED, each character of which takes its marks."""
    characters = "".join(map(chr, range(0x20000)))
    kinds = [unicodedata.category(character) for character in characters]
    marks = _ranges("M[cen]", kinds)
    for found in re.finditer(f"[{UNSPACED}]", characters):
        kinds[found.start()] = "--"
    spaced = _ranges("[LMN].|Cf", kinds)
    return re.compile(f"[{UNSPACED}][{marks}\uff9e\uff9f]*|[{spaced}]+")


def _ranges(wanted: str, kinds: list[str]) -> str:
    """The characters of these kinds, as ranges of a character class."""
    # A kind is a capital and a small letter, so no match begins within one.
    runs = re.finditer(f"(?:{wanted})+", "".join(kinds))
    return "".join(f"\\U{run.start() // 2:08x}-\\U{run.end() // 2 - 1:08x}" for run in runs)


class Token(NamedTuple):
    """A token, and from where to where it stands in the text that it was read from."""

    text: str
    start: int
    end: int


def fold(text: str) -> str:
    """The text without case, diacritics and characters that cannot be seen."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    folded = unicodedata.normalize("NFC", LEFT_OUT.sub("", folded)).casefold()
    return "".join(c for c in folded if unicodedata.category(c) != "Cf")


@lru_cache(maxsize=65_536)
def _tokens_of(word: str) -> tuple[str, ...]:
    # Folding may part a word (½ is 1⁄2), and what one character stands for may be several.
    found = (token[:MAX_TOKEN_LENGTH] for token in _word().findall(fold(word)))
    return tuple(token for token in found if any(map(str.isalnum, token)))


def is_alphabetic(token: str) -> bool:
    """Whether a token is of letters and their marks alone, without a number."""
    return all(unicodedata.category(character)[0] in "LM" for character in token)


def tokens(text: str) -> list[str]:
    """The tokens of a text, in their order."""
    return [token for word in _word().findall(text) for token in _tokens_of(word)]


def spans(text: str) -> Iterator[Token]:
    """The same, each with its place."""
    for found in _word().finditer(text):
        for token in _tokens_of(found.group()):
            yield Token(token, *found.span())


def places(text: str, is_wanted: Callable[[str], bool]) -> list[tuple[int, int]]:
    """From where to where the wanted words stand; they are asked for as they are written."""
    return [word.span() for word in _word().finditer(text) if is_wanted(word.group())]


@lru_cache(maxsize=65_536)
def stem(word: str, language: str) -> str:
    """What the forms of a word have in common in a language; the word itself in an unknown one."""
    stemmer = _stemmer(conf.SEARCH_STEMMERS.get(language.partition("-")[0], ""))
    return fold(stemmer.stemWord(word)) if stemmer else word


@cache
def _stemmer(algorithm: str) -> Any:
    return snowballstemmer.stemmer(algorithm) if algorithm else None
