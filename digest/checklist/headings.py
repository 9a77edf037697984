"""Detect headings of the same story by their words, in any order.

The thresholds were tried on the headings of the sample digests, all of different stories, and on
pairs of headings of one story and of two (tests/checklist/test_headings.py). No two headings of
the samples have a ratio above 62. "opens in Spain" and "opens in Sweden" have 91; what separates
them is that a word is replaced by another.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable

from rapidfuzz import fuzz, process, utils

# Similarity of two headings, out of 100.
MIN_RATIO = 80
# A heading may contain the other if they share enough words; "AI news" has too few.
MIN_SHARED_WORDS = 4
# Similarity of two spellings of a word: "limit" and "limits".
MIN_WORD_RATIO = 75
# Words of at most this many letters are not significant.
MAX_SMALL_WORD_LENGTH = 3


class Headings:
    """An index of headings, each identified by its position in the list."""

    def __init__(self, headings: Iterable[str]) -> None:
        self.words = [sorted_words(heading) for heading in headings]
        self.positions: dict[str, list[int]] = defaultdict(list)
        for position, words in enumerate(self.words):
            for word in set(words.split()):
                self.positions[word].append(position)

    def nearest(self, heading: str, limit: int) -> list[int]:
        """Return the positions of similar headings, most similar first."""
        words = sorted_words(heading)
        if not words:
            return []
        similar = process.extract(
            words, self.words, scorer=fuzz.ratio, score_cutoff=MIN_RATIO, limit=limit
        )
        found = [position for _words, _ratio, position in similar]
        found += self._with_shared_words(_significant(set(words.split())), limit)
        near = (position for position in found if not _has_other_words(words, self.words[position]))
        return list(dict.fromkeys(near))

    def _with_shared_words(self, significant: set[str], limit: int) -> list[int]:
        """Return headings whose significant words include those given, or vice versa."""
        shared = Counter(
            position for word in significant for position in self.positions.get(word, ())
        )
        enough = (position for position, number in shared.items() if number >= MIN_SHARED_WORDS)
        others = (
            (position, _significant(set(self.words[position].split()))) for position in enough
        )
        return [
            position for position, other in others if significant <= other or other <= significant
        ][:limit]


def sorted_words(heading: str) -> str:
    """Return the words in alphabetical order, lowercase and without punctuation."""
    return " ".join(sorted(utils.default_process(heading).split()))


def _has_other_words(one: str, other: str) -> bool:
    """Return whether a word or number is replaced by another."""
    left, right = set(one.split()), set(other.split())
    if _numbers(left) != _numbers(right):
        return True
    fewer, more = sorted((_significant(left - right), _significant(right - left)), key=len)
    return not all(any(_is_same_word(word, twin) for twin in more) for word in fewer)


def _numbers(words: set[str]) -> set[str]:
    return {word for word in words if any(map(str.isdigit, word))}


def _significant(words: set[str]) -> set[str]:
    return {word for word in words if len(word) > MAX_SMALL_WORD_LENGTH} | _numbers(words)


def _is_same_word(word: str, twin: str) -> bool:
    return fuzz.ratio(word, twin) >= MIN_WORD_RATIO
