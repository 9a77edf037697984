"""Highlight the words of a query in a text, and cut excerpts around them."""

import re
from collections.abc import Callable, Collection, Iterator
from functools import cache, lru_cache
from html import escape
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe

from digest.contrib.search.analysis import (
    Token,
    parts_at,
    spans,
    tokens,
    word_spans,
    written_signs,
)
from digest.contrib.search.matching import Term, token_text
from digest.contrib.search.spellings import spellings

EXCERPT_LENGTH, BEFORE = 240, 60
ELLIPSIS = "…"
NOT_ASCII = re.compile(r"[^\x00-\x7f]+")


class HighlightedText(NamedTuple):
    """A text, and the spans of its highlights: offsets in code points."""

    text: str
    highlights: list[tuple[int, int]]

    @property
    def html(self) -> SafeString:
        """The text as HTML, with ``<mark>`` around the highlights."""
        parts, end = [], 0
        for start, stop in self.highlights:
            parts += [escape(self.text[end:start]), f"<mark>{escape(self.text[start:stop])}</mark>"]
            end = stop
        return mark_safe("".join([*parts, escape(self.text[end:])]))


def highlight(text: str, terms: Collection[Term]) -> HighlightedText:
    """Highlight every occurrence of the terms."""
    phrases = [term for term in terms if len(term.words) > 1]
    highlights = _single_words(tuple(terms))(text)
    highlights += _spelling_spans(text, terms)
    if phrases:
        highlights += _phrase_spans(text, phrases)
    return HighlightedText(text, _merge_overlaps(sorted(highlights)))


@lru_cache(maxsize=64)
def _single_words(terms: tuple[Term, ...]) -> Callable[[str], list[tuple[int, int]]]:
    """Return a function that finds the words of a text that are one of the terms."""
    words = {term.words[0] for term in terms if len(term.words) == 1 and not term.is_prefix}
    prefixes = tuple(t.words[0] for t in terms if len(t.words) == 1 and t.is_prefix)
    is_match = cache(
        lambda word: any(token in words or token.startswith(prefixes) for token in tokens(word))
    )
    written = re.compile("|".join(re.escape(written_signs(word)) for word in {*words, *prefixes}))

    def find(text: str) -> list[tuple[int, int]]:
        parts = _parts_with(written, text) if words or prefixes else ()
        return [span for part in parts for span in word_spans(text, is_match, *part)]

    return find


def _parts_with(written: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    """Yield the parts between spaces that may have one of the words, as they are written in ASCII.

    A word with other characters may have any token.
    """
    lowered = text.lower()
    if len(lowered) != len(text):  # Offsets differ, as with the Turkish İ.
        return iter([(0, len(text))])
    patterns = (written, NOT_ASCII)
    matches = (match for pattern in patterns for match in pattern.finditer(lowered))
    return parts_at(text, [match.start() for match in matches])


def _spelling_spans(text: str, terms: Collection[Term]) -> Iterator[tuple[int, int]]:
    texts = [token_text(term) for term in terms]
    for words, start, end in spellings(text):
        spelling = token_text(Term(words))
        if any(term in spelling for term in texts):
            yield start, end


def _phrase_spans(text: str, phrases: Collection[Term]) -> Iterator[tuple[int, int]]:
    text_tokens = list(spans(text))
    first_words = {phrase.words[0] for phrase in phrases}
    for index, token in enumerate(text_tokens):
        if token.text in first_words:
            for phrase in phrases:
                if _is_phrase_at(text_tokens, index, phrase):
                    yield token.start, text_tokens[index + len(phrase.words) - 1].end


def _is_phrase_at(text_tokens: list[Token], index: int, phrase: Term) -> bool:
    *others, last = phrase.words
    end = text_tokens[index + len(others) : index + len(others) + 1]
    if not end or any(text_tokens[index + i].text != word for i, word in enumerate(others)):
        return False
    return end[0].text == last or (phrase.is_prefix and end[0].text.startswith(last))


def _merge_overlaps(highlights: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Merge highlights that overlap or touch."""
    merged: list[tuple[int, int]] = []
    for start, end in highlights:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def excerpt(text: str, terms: Collection[Term], length: int = EXCERPT_LENGTH) -> HighlightedText:
    """Cut the part of a text with the most different terms; its beginning if it has none."""
    whole = highlight(text, terms)
    if len(text) <= length:
        return whole
    start, end = _window(whole, length)
    lead, trail = ELLIPSIS if start else "", ELLIPSIS if end < len(text) else ""
    shift = len(lead) - start
    highlights = [
        (first + shift, last + shift)
        for first, last in whole.highlights
        if start <= first and last <= end
    ]
    return HighlightedText(f"{lead}{text[start:end]}{trail}", highlights)


def _window(whole: HighlightedText, length: int) -> tuple[int, int]:
    """Return the span to cut, at spaces if there are any."""
    best, most = 0, 0
    for index, (first, _last) in enumerate(whole.highlights):
        words = {
            whole.text[start:end].casefold()
            for start, end in whole.highlights[index : index + 20]
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
