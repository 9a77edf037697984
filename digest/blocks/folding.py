"""Fold the letters of all scripts, so that spellings of a word compare as equal."""

import re
import unicodedata
from functools import lru_cache

# Diacritics of Latin, Greek and Cyrillic, and vowel signs of Arabic and Hebrew, which writers often
# leave out. The breve of the Cyrillic й stays: й is a letter of its own.
IGNORED_MARKS = re.compile(
    "(?<!и)\u0306|[\u0300-\u0305\u0307-\u036f\u0591-\u05c7\u064b-\u065f\u0670"
    # Apostrophes and primes that Unicode counts as letters, as in Hawaiʻi.
    "\u02b9-\u02bf"
    # Combining marks for symbols, and variation selectors.
    "\u20d0-\u20ff\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)

# Letters that Unicode does not decompose, such as ł, are folded by their names; these names do not
# contain the letters to write instead.
LETTER = re.compile(r"LATIN SMALL (?:LETTER|LIGATURE) (?:DOTLESS |OPEN )?([A-Z]+)(?: WITH .+)?")
LETTERS = {"ETH": "d", "THORN": "th", "ENG": "n", "SCHWA": "e", "EZH": "z", "KRA": "q"}
MARKED_LETTER = re.compile("(CYRILLIC SMALL LETTER .+?) WITH .+")


def fold(text: str) -> str:
    """Remove case, diacritics and invisible characters."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKD", text.casefold())
    folded = unicodedata.normalize("NFC", IGNORED_MARKS.sub("", folded)).casefold()
    return "".join(map(_fold_letter, folded))


@lru_cache(maxsize=65_536)
def _fold_letter(letter: str) -> str:
    """Replace a letter that Unicode does not decompose; remove an invisible character."""
    if letter.isascii():
        return letter
    name = unicodedata.name(letter, "")
    if marked := MARKED_LETTER.fullmatch(name):
        return unicodedata.lookup(marked[1])
    if named := LETTER.fullmatch(name):
        return LETTERS.get(named[1]) or (named[1].lower() if len(named[1]) < 3 else letter)
    return "" if unicodedata.category(letter) == "Cf" else letter
