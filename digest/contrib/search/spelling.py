"""What was probably meant: words of the index that are near to one that nothing has."""

from collections.abc import Collection, Iterator

from django.db.models import Q, QuerySet
from rapidfuzz.distance import OSA

from digest.contrib.search.analysis import is_alphabetic
from digest.contrib.search.models import Word

MAX_CANDIDATES = 100
# The shortest part of a word that was written without its space.
LEAST_PART = 3
# The shortest word in which a letter may be another one.
LEAST_EXCHANGED = 6

# Words in place of one, and how many letters of it were wrong.
Candidate = tuple[int, tuple[str, ...]]


def most_edits(word: str) -> int:
    """How many letters of a word of this length may be wrong, left out, added or exchanged."""
    if len(word) < 4 or not is_alphabetic(word):
        return 0
    return 1 if len(word) < 8 else 2


def candidates(word: str, languages: Collection[str]) -> list[Candidate]:
    """What is nearest to the word among those of the index, the nearest first.

    A word begins with the first or the second letter of it (one may be too many, or the two
    exchanged), or it ends as it does; or it is two words without the space.
    """
    codes = {code.partition("-")[0] for code in languages}
    words = Word.objects.filter(language__in=codes).values_list("text", flat=True)
    parted = [(1, parts) for parts in _parted(word, words)]
    # What stemmers leave apart: buses, and bus.
    if word.endswith("es"):
        parted += [(0, (other,)) for other in words.filter(text=word[:-2])]
    most = most_edits(word)
    if not most:
        return parted
    near = words.filter(length__range=(len(word) - most, len(word) + most))
    found = _nearest(word, most, near.filter(Q(first__in=[*word[:2]]) | Q(last=word[-2:])))
    return sorted([*parted, *found], key=lambda candidate: candidate[0])[:MAX_CANDIDATES]


def _nearest(word: str, most: int, words: QuerySet) -> list[Candidate]:
    distances = (
        (OSA.distance(word, other, score_cutoff=most), other)
        for other in dict.fromkeys(words)
        if other != word
    )
    found = [near for near in distances if near[0] <= most and _may_be_meant(word, near[1])]
    # Of equally near ones, first those of the same length and the same end.
    found.sort(key=lambda f: (f[0], abs(len(f[1]) - len(word)), f[1][-1] != word[-1], f[1]))
    return [(distance, (other,)) for distance, other in found]


def _may_be_meant(word: str, other: str) -> bool:
    """Whether one is easily written for the other. With another first letter hardly, but it may be
    left out, doubled or exchanged with the next; nor, in a short word, with another letter within:
    bike is no misspelt like, and metro no misspelt metre."""
    if other[0] != word[0] and other[0] != word[1] and other[1:] != word:
        return False
    is_long = len(word) >= LEAST_EXCHANGED
    return is_long or len(other) != len(word) or sorted(other) == sorted(word)


def _parted(word: str, words: QuerySet) -> Iterator[tuple[str, str]]:
    """The word as two that the index has; a number is one of them where letters begin or end."""
    pairs = [(word[:i], word[i:]) for i in range(LEAST_PART, len(word) - LEAST_PART + 1)]
    pairs += [(word[:i], word[i:]) for i in range(1, len(word)) if _is_border(word[i - 1 : i + 1])]
    known = set(words.filter(text__in={part for pair in pairs for part in pair}))
    for pair in dict.fromkeys(pairs):
        if all(part in known or part.isdecimal() for part in pair):
            yield pair


def _is_border(both: str) -> bool:
    return both[0].isdecimal() != both[1].isdecimal()
