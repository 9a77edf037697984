"""Split text into tokens, the same way for the index and for queries, on every database.

A token is a word without case, diacritics and invisible characters. In scripts without spaces
between words, each character is a token. The signs of C++, C# and .NET belong to their words.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from typing import Any, NamedTuple

import snowballstemmer

from digest.blocks.folding import fold
from digest.contrib.search.conf import conf

MAX_TOKEN_LENGTH = 40
# Scripts without spaces: Han, Hiragana, Katakana, Thai, Lao, Myanmar and Khmer.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U000323af"
)
# In Korean, particles are attached to words of any script, as in AI를.
HANGUL = "\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\uac00-\ud7fb\uffa0-\uffdc"
# The particles of Korean nouns; several may follow each other.
PARTICLES = re.compile(
    "([가-힣]{2,}?)(?:[은는이가을를의에와과도만로랑]|으로|에서|에게|께서|한테|까지|부터|보다|처럼|마다"
    "|이나|하고|이랑|조차|마저|밖에|이?라도)+"
)
# Signs that make another word of a word: C++, C#, .NET. In tokens, they are characters that neither
# folding nor an engine changes.
SIGNS = "➕♯⸱"
TO_SIGNS, TO_WRITTEN = str.maketrans("+#.", SIGNS), str.maketrans(SIGNS, "+#.")
PLUS, SHARP, DOT = "+＋➕", "#＃♯", ".．⸱"
# What every text with such a word has: most have none.
SIGNED = re.compile(
    rf"[{PLUS}{SHARP}{DOT}](?:(?<=[^\s\d][{PLUS}{SHARP}])|(?<![\w{DOT}].)(?=[^\W\d_]))"
)


@cache
def _word() -> re.Pattern[str]:
    """Compile the pattern of a word: letters, numbers and marks, or one character of UNSPACED.

    Hangul is a word of its own next to other scripts. Signs may be at either end, except after
    digits: 18+ is a number.

    Characters without width, such as the soft hyphen, do not split words. Beyond the first two
    planes of Unicode, only UNSPACED has letters.
    """
    characters = "".join(map(chr, range(0x20000)))
    categories = [unicodedata.category(character) for character in characters]
    marks = _ranges("M[cen]", categories)
    for match in re.finditer(f"[{UNSPACED}{HANGUL}]", characters):
        categories[match.start()] = "--"
    spaced, invisible = _ranges("[LMN].|Cf", categories), _ranges("Cf", categories)
    dot = rf"(?:(?<![\w{DOT}])[{DOT}](?=[^\W\d_]))?"
    plus = rf"[{PLUS}]{{2}}(?=\d)|[{PLUS}]{{1,2}}(?![{spaced}{PLUS}{SHARP}])"
    sharp = rf"[{SHARP}](?![{spaced}{PLUS}{SHARP}])"
    return re.compile(
        f"[{UNSPACED}][{marks}\uff9e\uff9f]*|[{HANGUL}][{HANGUL}{marks}{invisible}]*"
        rf"|{dot}[{spaced}]+(?:(?<!\d)(?:{plus}|{sharp}))?"
    )


def _ranges(pattern: str, categories: list[str]) -> str:
    """Return the characters whose category matches, as ranges of a character class."""
    # A category is a capital and a small letter, so no match begins within one.
    runs = re.finditer(f"(?:{pattern})+", "".join(categories))
    return "".join(f"\\U{run.start() // 2:08x}-\\U{run.end() // 2 - 1:08x}" for run in runs)


class Token(NamedTuple):
    """A token, and the span of its word in the text."""

    text: str
    start: int
    end: int


@lru_cache(maxsize=65_536)
def _tokens_of(word: str) -> tuple[str, ...]:
    # Folding may split a word: ½ becomes 1⁄2.
    words = _word().findall(fold(word).translate(TO_SIGNS))
    folded = (token[:MAX_TOKEN_LENGTH] for token in words)
    return tuple(token for token in folded if any(map(str.isalnum, token)))


def is_alphabetic(token: str) -> bool:
    """Return whether a token has only letters and their marks."""
    return all(unicodedata.category(character)[0] in "LM" for character in token)


def is_hangul(token: str) -> bool:
    """Return whether a token is Korean."""
    return re.match(f"[{HANGUL}]", token) is not None


def written_signs(token: str) -> str:
    """Return a token with its signs as written in ASCII."""
    return token.translate(TO_WRITTEN)


def without_signs(token: str) -> str:
    """Return a token without the signs of C++, C# and .NET."""
    return token.strip(SIGNS)


def tokens(text: str) -> list[str]:
    """Return the tokens of a text, in order."""
    return [token for word in _word().findall(text) for token in _tokens_of(word)]


def spans(text: str) -> Iterator[Token]:
    """Yield the tokens of a text, each with the span of its word."""
    for match in _word().finditer(text):
        for token in _tokens_of(match.group()):
            yield Token(token, *match.span())


def word_spans(
    text: str, is_match: Callable[[str], bool], start: int = 0, end: int | None = None
) -> list[tuple[int, int]]:
    """Return the spans of the words that match; ``is_match`` gets each word as written.

    ``start`` and ``end`` limit them to a part of the text, between spaces.
    """
    words = _word().finditer(text, start, len(text) if end is None else end)
    return [word.span() for word in words if is_match(word.group())]


def parts_at(text: str, positions: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield the spans of the parts between spaces that have one of the positions.

    No word goes beyond such a part, so the others need not be split into words.
    """
    end = 0
    for position in sorted(positions):
        if position >= end:
            space = text.find(" ", position)
            end = len(text) if space < 0 else space
            yield text.rfind(" ", 0, position) + 1, end


def without_particles(token: str) -> str:
    """Return a Korean noun of two syllables or more without its particles."""
    noun = PARTICLES.fullmatch(token)
    return noun[1] if noun else token


def signed_spans(text: str) -> list[tuple[int, int]]:
    """Return the spans of the words with a sign, as in C++, C# and .NET."""
    if not SIGNED.search(text):
        return []
    return word_spans(text, lambda word: word[0] in DOT or word[-1] in f"{PLUS}{SHARP}")


@lru_cache(maxsize=65_536)
def stem(word: str, language: str) -> str:
    """Return the stem of a word in a language; the word itself without a stemmer for it."""
    stemmer = _stemmer(conf.SEARCH_STEMMERS.get(language.partition("-")[0], ""))
    return fold(stemmer.stemWord(word)) if stemmer else word


@cache
def _stemmer(algorithm: str) -> Any:
    return snowballstemmer.stemmer(algorithm) if algorithm else None
