"""Where the words of a query stand in a text that readers see."""

from collections.abc import Callable, Collection, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from digest.contrib.search.analysis import Token, places, spans, tokens
from digest.contrib.search.matching import Term

EXCERPT_LENGTH, BEFORE = 240, 60
ELLIPSIS = "…"


class Marked(NamedTuple):
    """A text, and from where to where the words in it stand: offsets in code points."""

    text: str
    marks: list[tuple[int, int]]

    @property
    def html(self) -> SafeString:
        """The text as HTML, with ``<mark>`` around the words."""
        parts, end = [], 0
        for start, stop in self.marks:
            parts += [escape(self.text[end:start]), f"<mark>{escape(self.text[start:stop])}</mark>"]
            end = stop
        return mark_safe("".join([*parts, escape(self.text[end:])]))


def highlight(text: str, terms: Collection[Term]) -> Marked:
    """The text with every term in it marked."""
    phrases = [term for term in terms if len(term.words) > 1]
    marks = places(text, _single_words(tuple(terms)))
    if phrases:
        marks = sorted([*marks, *_found(text, phrases)])
    return Marked(text, _joined(marks))


@lru_cache(maxsize=64)
def _single_words(terms: tuple[Term, ...]) -> Callable[[str], bool]:
    """Whether a word, as it is written, is one of the terms; looked at once however often it
    stands in the texts."""
    words = {term.words[0] for term in terms if len(term.words) == 1 and not term.is_prefix}
    starts = tuple(t.words[0] for t in terms if len(t.words) == 1 and t.is_prefix)
    return cache(
        lambda word: any(token in words or token.startswith(starts) for token in tokens(word))
    )


def _found(text: str, phrases: Collection[Term]) -> Iterator[tuple[int, int]]:
    found = list(spans(text))
    firsts = {phrase.words[0] for phrase in phrases}
    for place, token in enumerate(found):
        if token.text in firsts:
            for phrase in phrases:
                if _stands_at(found, place, phrase):
                    yield token.start, found[place + len(phrase.words) - 1].end


def _stands_at(found: list[Token], place: int, term: Term) -> bool:
    *others, last = term.words
    there = found[place + len(others) : place + len(others) + 1]
    if not there or any(found[place + i].text != word for i, word in enumerate(others)):
        return False
    return there[0].text == last or (term.is_prefix and there[0].text.startswith(last))


def _joined(marks: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The marks without overlaps; what follows without a space is one."""
    joined: list[tuple[int, int]] = []
    for start, end in marks:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def excerpt(text: str, terms: Collection[Term], length: int = EXCERPT_LENGTH) -> Marked:
    """The part of a text that has the most different terms; its beginning, if it has none."""
    whole = highlight(text, terms)
    if len(text) <= length:
        return whole
    start, end = _window(whole, length)
    lead, trail = ELLIPSIS if start else "", ELLIPSIS if end < len(text) else ""
    shift = len(lead) - start
    inside = [mark for mark in whole.marks if start <= mark[0] and mark[1] <= end]
    marks = [(first + shift, last + shift) for first, last in inside]
    return Marked(f"{lead}{text[start:end]}{trail}", marks)


def _window(whole: Marked, length: int) -> tuple[int, int]:
    """From where to where to cut, at spaces where there are any."""
    best, most = 0, 0
    for place, (first, _last) in enumerate(whole.marks):
        words = {
            whole.text[start:end].casefold()
            for start, end in whole.marks[place : place + 20]
            if end <= first + length - BEFORE
        }
        if len(words) > most:
            best, most = first, len(words)
    start = max(0, min(best - BEFORE, len(whole.text) - length))
    if start:
        space = whole.text.find(" ", start, max(best, start))
        start = space + 1 if space >= 0 else start
    end = min(len(whole.text), start + length)
    if end < len(whole.text):
        space = whole.text.rfind(" ", start + length // 2, end + 1)
        end = space if space >= 0 else end
    return start, end
