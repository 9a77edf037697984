"""Generate text with the word frequencies (Zipf) and inflections of a language."""

import random
from collections.abc import Sequence
from itertools import accumulate, islice, product
from typing import Any

from benchmarks.content import SYLLABLES, Writer

LEMMAS = 15_000
# English suffixes and their frequencies.
FORMS = {"": 0.55, "s": 0.2, "ed": 0.12, "ing": 0.13}
CONSONANTS = "bdgklmnprt"

# Words that the cases search for; the generator invents none of them.
EVERYWHERE = "everywhere"
RARE, RARE_STORIES = "quixotry", {4, 14, 24, 34, 44}
TYPO = "quixoty"
PHRASE, PHRASE_EVERY = "amber lantern", 100
# Each word of the phrase alone is in one of this number of stories.
APART_EVERY = 10


def vocabulary() -> tuple[list[str], list[float]]:
    """Return 60,000 words, and their cumulative weights by Zipf's law."""
    words, weights = [], []
    for rank, lemma in enumerate(lemmas(), start=1):
        for ending, share in FORMS.items():
            words.append(lemma + ending)
            weights.append(share / (rank + 2.7))
    return words, list(accumulate(weights))


def lemmas() -> list[str]:
    """Return the words without suffixes, the most frequent first; short ones are frequent."""
    chance = random.Random(1)  # noqa: S311
    short = ["".join(parts) for parts in product(SYLLABLES, CONSONANTS)]
    longer = ("".join(parts) for parts in product(SYLLABLES, SYLLABLES, CONSONANTS))
    longer = list(islice(longer, 0, None, 3))
    chance.shuffle(short)
    chance.shuffle(longer)
    return (short + longer)[:LEMMAS]


class SearchWriter(Writer):
    """Writes issues with the words that the cases search for."""

    def __init__(self, seed: int, pages: Sequence[int], images: Sequence[int]) -> None:
        super().__init__(seed, pages, images)
        self.vocabulary, self.weights = vocabulary()
        self.written = 0

    def words(self, number: int) -> str:
        return " ".join(self.chance.choices(self.vocabulary, cum_weights=self.weights, k=number))

    def story(self, with_image: bool) -> dict[str, Any]:
        value = super().story(with_image)
        planted = " ".join(self._planted(self.written))
        self.written += 1
        value["body"] += f"<p>{planted}</p>"
        return value

    def _planted(self, number: int) -> list[str]:
        words = [EVERYWHERE]
        first, last = PHRASE.split()
        if number % PHRASE_EVERY == 1:
            words.append(PHRASE)
        if number % APART_EVERY == 2:
            words.append(first)
        if number % APART_EVERY == 3:
            words.append(last)
        if number in RARE_STORIES:
            words.append(RARE)
        return words
