"""The words of the index, each with its stem: for its other forms, and for what was meant."""

from collections import defaultdict
from collections.abc import Iterable

from digest.contrib.search.analysis import MAX_TOKEN_LENGTH, is_alphabetic, stem
from digest.contrib.search.engines import engine
from digest.contrib.search.models import Entry, Word, words_of

AT_ONCE = 1000


def add_words(entries: Iterable[Entry]) -> None:
    """Take in the words of entries, by language."""
    Word.objects.bulk_create(missing_words(entries), ignore_conflicts=True)


def missing_words(entries: Iterable[Entry]) -> list[Word]:
    """The words of entries that are not there."""
    by_language: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        by_language[entry.language] |= words_of(entry)
    missing = []
    for language, found in by_language.items():
        words = {word for word in found if _has_forms(word)}
        known = Word.objects.filter(language=language, text__in=words)
        new = words.difference(known.values_list("text", flat=True))
        missing += [_word(text, language) for text in sorted(new)]
    return missing


def _has_forms(token: str) -> bool:
    """No number has, and no single character; neither can be misspelt."""
    return 2 < len(token) < MAX_TOKEN_LENGTH and is_alphabetic(token)


def _word(text: str, language: str) -> Word:
    root = stem(text, language)[:MAX_TOKEN_LENGTH]
    ends = {"first": text[0], "last": text[-2:], "length": len(text)}
    return Word(text=text, language=language, stem=root, **ends)


def delete_wrong_words() -> None:
    """Delete the words that no entry has any more, and those with an outdated stem.

    ``add_words`` adds those that entries have again. Words are not deleted with an entry, because
    another transaction may be adding an entry that has them; a search suggests no word that nothing
    public has (``finding.Attempt``).
    """
    words = Word.objects.order_by("pk")
    batch = list(words[:AT_ONCE])
    while batch:
        used = engine().used([word.text for word in batch])
        wrong = [word.pk for word in batch if word.text not in used or not has_its_stem(word)]
        Word.objects.filter(pk__in=wrong).delete()
        batch = list(words.filter(pk__gt=batch[-1].pk)[:AT_ONCE])


def has_its_stem(word: Word) -> bool:
    """Whether the stem is what the settings make of the word now."""
    return word.stem == _word(word.text, word.language).stem
