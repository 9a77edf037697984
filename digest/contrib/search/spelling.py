"""Find corrections: words of the vocabulary that are near to a word that no entry has."""

from collections.abc import Collection, Iterator

from django.db.models import Q, QuerySet
from rapidfuzz.distance import OSA

from digest.contrib.search.analysis import is_alphabetic, without_signs
from digest.contrib.search.models import Word

MAX_CORRECTIONS = 100
# The shortest part of a word that was written without its space.
MIN_PART_LENGTH = 3
# The shortest word in which a letter may be a wrong one.
MIN_SUBSTITUTION_LENGTH = 6

# The edit distance, and the words in place of the misspelt one.
Correction = tuple[int, tuple[str, ...]]


def max_edits(word: str) -> int:
    """Return how many letters of a word may be wrong, missing, added or swapped."""
    if len(word) < 4 or not is_alphabetic(word):
        return 0
    return 1 if len(word) < 8 else 2


def find_corrections(word: str, languages: Collection[str]) -> list[Correction]:
    """Return possible corrections from the vocabulary, the nearest first.

    A correction begins with the first or the second letter of the word (a letter may have been
    added in front, or two swapped), or ends like the word, or is the word split into two.
    """
    codes = {code.partition("-")[0] for code in languages}
    words = Word.objects.filter(language__in=codes).values_list("text", flat=True)
    corrections = [(1, parts) for parts in _splits(word, words)]
    # Stemmers do not relate some plurals: buses and bus.
    if word.endswith("es"):
        corrections += [(0, (other,)) for other in words.filter(text=word[:-2])]
    # The plain word instead of one with a sign: .NET and net.
    plain = without_signs(word)
    if len(word) > len(plain) >= MIN_PART_LENGTH:
        corrections += [(0, (plain,))]
    limit = max_edits(word)
    if not limit:
        return corrections
    near = words.filter(length__range=(len(word) - limit, len(word) + limit))
    near = near.filter(Q(first__in=[*word[:2]]) | Q(last=word[-2:]))
    corrections += _nearest(word, limit, near)
    return sorted(corrections, key=lambda correction: correction[0])[:MAX_CORRECTIONS]


def _nearest(word: str, limit: int, words: QuerySet) -> list[Correction]:
    distances = (
        (OSA.distance(word, other, score_cutoff=limit), other)
        for other in dict.fromkeys(words)
        if other != word
    )
    near = [pair for pair in distances if pair[0] <= limit and _is_likely(word, pair[1])]
    # At the same distance, prefer words of the same length, then with the same last letter.
    near.sort(
        key=lambda pair: (pair[0], abs(len(pair[1]) - len(word)), pair[1][-1] != word[-1], pair[1])
    )
    return [(distance, (other,)) for distance, other in near]


def _is_likely(word: str, other: str) -> bool:
    """Return whether ``other`` is easily mistyped as ``word``.

    The first letter is rarely wrong, but may be missing, doubled or swapped with the next. In a
    short word, no letter may be wrong: bike is not a misspelt like, nor metro a misspelt metre.
    """
    if other[0] != word[0] and other[0] != word[1] and other[1:] != word:
        return False
    is_long = len(word) >= MIN_SUBSTITUTION_LENGTH
    return is_long or len(other) != len(word) or sorted(other) == sorted(word)


def _splits(word: str, words: QuerySet) -> Iterator[tuple[str, str]]:
    """Yield the word as two words of the vocabulary; digits next to letters are a word, too."""
    indices = range(MIN_PART_LENGTH, len(word) - MIN_PART_LENGTH + 1)
    pairs = [(word[:i], word[i:]) for i in indices]
    pairs += [
        (word[:i], word[i:]) for i in range(1, len(word)) if _is_digit_boundary(word[i - 1 : i + 1])
    ]
    known = set(words.filter(text__in={part for pair in pairs for part in pair}))
    for pair in dict.fromkeys(pairs):
        if all(part in known or part.isdecimal() for part in pair):
            yield pair


def _is_digit_boundary(both: str) -> bool:
    return both[0].isdecimal() != both[1].isdecimal()
