"""The vocabulary: the words of the index with their stems, for inflections and corrections."""

from collections import defaultdict
from collections.abc import Iterable

from digest.contrib.search.analysis import MAX_TOKEN_LENGTH, is_alphabetic, stem
from digest.contrib.search.engines import engine
from digest.contrib.search.models import Entry, Word, words_of

BATCH_SIZE = 1000


def add_words(entries: Iterable[Entry]) -> None:
    """Add the words of entries to the vocabulary, by language."""
    Word.objects.bulk_create(missing_words(entries), ignore_conflicts=True)


def missing_words(entries: Iterable[Entry]) -> list[Word]:
    """Return the unsaved words of entries that the vocabulary does not have."""
    by_language: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        by_language[entry.language] |= words_of(entry)
    missing = []
    for language, distinct in by_language.items():
        words = {word for word in distinct if _is_vocabulary_word(word)}
        known = Word.objects.filter(language=language, text__in=words)
        new = words.difference(known.values_list("text", flat=True))
        missing += [_word(text, language) for text in sorted(new)]
    return missing


def _is_vocabulary_word(token: str) -> bool:
    # Numbers and short tokens are neither inflected nor corrected; long ones are cut off.
    return 2 < len(token) < MAX_TOKEN_LENGTH and is_alphabetic(token)


def _word(text: str, language: str) -> Word:
    root = stem(text, language)[:MAX_TOKEN_LENGTH]
    ends = {"first": text[0], "last": text[-2:], "length": len(text)}
    return Word(text=text, language=language, stem=root, **ends)


def delete_wrong_words() -> None:
    """Delete words that no entry has any more, and words with an outdated stem.

    ``add_words`` adds the latter again. Words are not deleted with an entry, because another
    transaction may be adding an entry with them. A search never corrects a word to one that no
    public entry has (``querying.Attempt``).
    """
    words = Word.objects.order_by("pk")
    batch = list(words[:BATCH_SIZE])
    while batch:
        used = engine().used([word.text for word in batch])
        wrong = [word.pk for word in batch if word.text not in used or not has_current_stem(word)]
        Word.objects.filter(pk__in=wrong).delete()
        batch = list(words.filter(pk__gt=batch[-1].pk)[:BATCH_SIZE])


def has_current_stem(word: Word) -> bool:
    """Return whether the stem is that of the stemmer in the settings."""
    return word.stem == _word(word.text, word.language).stem
