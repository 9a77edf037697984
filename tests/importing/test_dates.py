"""Test recognition of dates in figures and in the languages of the site."""

import datetime

import pytest

from digest.importing.dates import date_at_end, month_names, parse_date, weekday_names
from digest.importing.parts import Role
from tests.importing.conftest import draft_of, parts_of, texts


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-09",
        "2026/03/09",
        "2026-03-09T08:00:00Z",
        "9.3.2026",
        "March 9, 2026",
        "Mar. 9th, 2026",
        "9 March 2026",
        "9th of March, 2026",
        "Monday, March 9, 2026",
        "Published on March 9, 2026",
        "Date: 2026-03-09",
        "2026-03-09 22:15:00 +0200",
        "2026-03-09 07:15 UTC",
        "2026-03-09, 7:15 am",
        "Mon, 09 Mar 2026 18:30:00 +0000",
        "Mo., 9.3.2026",
        "9. 3. 2026",
        "Montag, 9. März 2026",
        "lundi 9 mars 2026",
        "le 9 mars 2026",
        "9 de marzo de 2026",
        "9 марта 2026",
        "9 marca 2026",
        "2026年3月9日",
        "2026년 3월 9일",
        "2026. március 9.",
    ],
)
def test_dates_in_many_formats(text):
    assert parse_date(text) == datetime.date(2026, 3, 9)


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30",
        "03/04/2026",
        "Marching 9, 2026",
        "March 2026",
        "9 apples 2026",
        "Launch 9 March 2026",
        "9 listopad 2026",
        "",
    ],
)
def test_invalid_and_ambiguous_dates(text):
    assert parse_date(text) is None


def test_months_are_those_of_the_languages_of_the_site(settings):
    settings.LANGUAGES = [("en", "English"), ("hr", "Croatian")]
    for names in (month_names, weekday_names):
        names.cache_clear()
    try:
        assert parse_date("9. listopad 2026") == datetime.date(2026, 10, 9)
        assert parse_date("9. März 2026") is None
    finally:
        for names in (month_names, weekday_names):
            names.cache_clear()


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("Office, 1 March 2026", "Office, "),
        ("Office, published on 1 March 2026", "Office, "),
        ("Office, So., 1. März 2026", "Office, "),
        ("P, 2026-03-01", "P, "),
        ("Ida et al., 2026-03-01", "Ida et al., "),
        ("the old fox 1 March 2026", "the old fox "),
    ],
)
def test_date_at_the_end_begins_with_its_weekday(text, before):
    assert date_at_end(text) == (datetime.date(2026, 3, 1), len(before))


@pytest.mark.parametrize("name", ["a.md", "a.txt"])
@pytest.mark.parametrize("line", ["9. März 2026", "1. mars 2026", "2 février 2026"])
def test_date_on_its_own_line_is_not_a_list(name, line):
    parts = parts_of(f"# Brief\n\n{line}\n\nEin Satz.\n\n## Eins\n\nNoch ein Satz.", name)
    assert texts(parts, Role.DATE) == [line]
    assert draft_of(f"{line}\n\nEin Satz.", name).date is not None
