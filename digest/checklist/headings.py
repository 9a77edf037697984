"""Whether two headings are of one story: told by their words, in whatever order they stand.

Tried on the headings of the sample digests, which are all of different stories, and on pairs that
differ as headings of one story do, or as those of two (tests/checklist/test_headings.py).
Of the samples no two have a ratio over 62. What tells "opens in Spain" from "opens in Sweden" is
not the ratio, 91, but that a word is replaced by another.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable

from rapidfuzz import fuzz, process, utils

# How alike two headings must be, of 100.
LEAST_RATIO = 80
# One may have all the words of the other and more, if that says something: "AI news" does not.
LEAST_WORDS_WITHIN = 4
# Two spellings of one word: "limit" and "limits".
LEAST_RATIO_OF_WORDS = 75
# Words up to so many letters say little.
LONGEST_SMALL_WORD = 3


class Headings:
    """Headings to look for one among, each known by its place in the list."""

    def __init__(self, headings: Iterable[str]) -> None:
        self.words = [words_of(heading) for heading in headings]
        self.places: dict[str, list[int]] = defaultdict(list)
        for place, words in enumerate(self.words):
            for word in set(words.split()):
                self.places[word].append(place)

    def nearest(self, heading: str, limit: int) -> list[int]:
        """The places of those that are near to a heading, the most alike first."""
        words = words_of(heading)
        if not words:
            return []
        alike = process.extract(
            words, self.words, scorer=fuzz.ratio, score_cutoff=LEAST_RATIO, limit=limit
        )
        found = [place for _words, _ratio, place in alike]
        found += self._within(_telling(set(words.split())), limit)
        near = (place for place in found if not _has_other_words(words, self.words[place]))
        return list(dict.fromkeys(near))

    def _within(self, telling: set[str], limit: int) -> list[int]:
        """Those with all the words of a heading that say something, or all of whose it has."""
        shared = Counter(place for word in telling for place in self.places.get(word, ()))
        enough = (place for place, number in shared.items() if number >= LEAST_WORDS_WITHIN)
        others = ((place, _telling(set(self.words[place].split()))) for place in enough)
        return [place for place, other in others if telling <= other or other <= telling][:limit]


def words_of(heading: str) -> str:
    """The words in the order of the alphabet, without capitals and punctuation."""
    return " ".join(sorted(utils.default_process(heading).split()))


def _has_other_words(one: str, other: str) -> bool:
    """Whether a word stands in the place of another, or a number is another."""
    left, right = set(one.split()), set(other.split())
    if _numbers(left) != _numbers(right):
        return True
    fewer, more = sorted((_telling(left - right), _telling(right - left)), key=len)
    return not all(any(_is_same(word, twin) for twin in more) for word in fewer)


def _numbers(words: set[str]) -> set[str]:
    return {word for word in words if any(map(str.isdigit, word))}


def _telling(words: set[str]) -> set[str]:
    return {word for word in words if len(word) > LONGEST_SMALL_WORD} | _numbers(words)


def _is_same(word: str, twin: str) -> bool:
    return fuzz.ratio(word, twin) >= LEAST_RATIO_OF_WORDS
