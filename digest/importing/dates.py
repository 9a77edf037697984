"""Find dates in texts: in figures, in English, and in the languages of the site."""

import gettext
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from pathlib import Path

import django
from django.conf import settings
from django.utils import dates
from django.utils.translation import override, to_locale

DJANGO_CATALOGS = Path(django.__file__).parent / "conf" / "locale"
NAMES = r"[^\W\d_][^\s\d,]{0,14}"
ORDINAL = r"(?:\.|st|nd|rd|th|er|[ºª])?"
SHORT_WORD = r"(?:[^\W\d_]{1,3}\s+|[^\W\d_][’'])?"  # of, de, d'
MAX_PREPOSITION_LENGTH = 3
ENGLISH_DAYS = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
WAYS = "123456"
DAY = (
    r"(?P<day>(?P<y1>\d{4})[-/.](?P<m1>\d{1,2})[-/.](?P<d1>\d{1,2})"
    r"|(?P<d2>\d{1,2})\.\s?(?P<m2>\d{1,2})\.\s?(?P<y2>\d{4})"
    rf"|(?P<m3>{NAMES})\s+(?P<d3>\d{{1,2}}){ORDINAL},?\s+(?P<y3>\d{{4}})"
    rf"|(?P<d4>\d{{1,2}}){ORDINAL}\s+{SHORT_WORD}(?P<m4>{NAMES}),?\s+{SHORT_WORD}(?P<y4>\d{{4}})"
    rf"|(?P<y5>\d{{4}})\.?\s+(?P<m5>{NAMES})\s+(?P<d5>\d{{1,2}})\.?"
    r"|(?P<y6>\d{4})\s?[年년]\s?(?P<m6>\d{1,2})\s?[月월]\s?(?P<d6>\d{1,2})\s?[日일])"
)
TIME = (
    r"(?:(?:T|,?\s+)\d{1,2}:\d{2}[^\s#]*(?:\s+[ap]\.?m\b\.?)?"
    r"(?:\s+(?:[+-]\d{2}:?\d{2}|Z|UTC|GMT)(?!\w))?)?"
)
LEAD = (
    r"(?:(?:published|posted|updated|date|issue)(?:\s+on|\s+of)?\s*:?\s*)?"
    rf"(?:(?P<word>{NAMES}),?\s+)?"
)
DATE = re.compile(rf"{LEAD}{DAY}{TIME}(?!\w)", re.IGNORECASE)
DATE_AT_END = re.compile(rf"(?<!\w){LEAD}{DAY}{TIME}$", re.IGNORECASE)


def parse_date(text: str) -> date | None:
    """Parse 2026-04-14, April 14, 2026 or 14.04.2026; None unless the whole text is a date."""
    match = DATE.fullmatch(text.strip())
    return date_of(match) if match and begins_a_date(match) else None


def date_at_start(text: str) -> tuple[date, int] | None:
    """Return the date at the start of a text, and its end."""
    match = DATE.match(text)
    day = date_of(match) if match and begins_a_date(match) else None
    return (day, match.end()) if day else None


def date_at_end(text: str) -> tuple[date, int] | None:
    """Return the date at the end of a text, and its start."""
    match = DATE_AT_END.search(text)
    day = date_of(match) if match else None
    if not day:
        return None
    return day, match.start("day" if match["word"] and not is_weekday(match) else 0)


def date_of(match: re.Match[str]) -> date | None:
    """Return the date of a match; None for 30 February and words that are no month."""
    year, month, day = (
        next(filter(None, (match[f"{unit}{way}"] for way in WAYS))) for unit in "ymd"
    )
    try:
        return date(int(year), int(month) if month.isdecimal() else month_number(month), int(day))
    except ValueError:
        return None


def begins_a_date(match: re.Match[str]) -> bool:
    """Return whether the word before the day is a weekday or a preposition, if there is one."""
    word = match["word"] or ""
    short = len(word) <= MAX_PREPOSITION_LENGTH and word.isalpha() and word == word.lower()
    return short or is_weekday(match) or not word


def is_weekday(match: re.Match[str]) -> bool:
    """Return whether the word before the day is a weekday."""
    word = match["word"] or ""
    # Short lower-case words are others: "al." is Monday in Basque.
    long_enough = len(word) > MAX_PREPOSITION_LENGTH or (len(word) > 1 and word[0].isupper())
    named = long_enough and normalised(word) in weekday_names()
    return named or word[:3].lower() in ENGLISH_DAYS


def month_number(name: str) -> int:
    """Return the number of a month by its name, or 0."""
    return month_names().get(normalised(name), 0)


def normalised(name: str) -> str:
    return name.casefold().rstrip(".")


@cache
def month_names() -> dict[str, int]:
    """Return the months by name; a name of two months counts in the site's own language."""
    numbers: dict[str, set[int]] = defaultdict(set)
    for language in {code for code, _ in settings.LANGUAGES} | {settings.LANGUAGE_CODE}:
        for name, number in names_of_months(language):
            numbers[name].add(number)
    names = {name: min(found) for name, found in numbers.items() if len(found) == 1}
    return names | dict(names_of_months(settings.LANGUAGE_CODE)) | dict(names_of_months("en"))


@cache
def weekday_names() -> frozenset[str]:
    """Return the names of weekdays in the languages of the site."""
    days = [("", str(name)) for name in in_english(dates.WEEKDAYS, dates.WEEKDAYS_ABBR)]
    languages = [code for code, _ in settings.LANGUAGES]
    return frozenset(name for code in languages for name in translations(code, days))


def names_of_months(language: str) -> Iterator[tuple[str, int]]:
    """Yield the names of the months and their abbreviations, as Django translates them."""
    for context, names in (
        ("", dates.MONTHS),
        ("", dates.MONTHS_3),
        ("abbrev. month", dates.MONTHS_AP),
        ("alt. month", dates.MONTHS_ALT),
    ):
        english = [(context, name) for name in in_english(names)]
        yield from zip(translations(language, english), names, strict=True)


def in_english(*names: dict[int, str]) -> list[str]:
    with override("en"):
        return [str(name) for translated in names for name in translated.values()]


def translations(language: str, names: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield the translations of names with their contexts, normalised.

    Activating a language would load the catalogs of all apps, for each of a hundred languages.
    """
    catalog = gettext.NullTranslations()
    for code in (language, language.partition("-")[0]):
        path = DJANGO_CATALOGS / to_locale(code) / "LC_MESSAGES" / "django.mo"
        if path.exists():
            with path.open("rb") as file:
                catalog = gettext.GNUTranslations(file)
            break
    for context, name in names:
        translated = catalog.pgettext(context, name) if context else catalog.gettext(name)
        yield normalised(translated)
