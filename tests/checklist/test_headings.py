"""Test which headings count as those of one story."""

import re
from itertools import combinations
from pathlib import Path

import pytest

from digest.checklist.headings import Headings

SAMPLES = Path(__file__).resolve().parents[2] / "home" / "samples"

SAME = [
    ("Three hospitals bring the model in-house", "Three hospitals bring their model in-house"),
    ("One loop, nine houses, no boilers", "Nine houses, one loop: no boilers!"),
    ("Operators agree on one forecast", "GRID OPERATORS AGREE ON ONE FORECAST"),
    ("City opens its data", "The city opens its data"),
    ("A bank sets a limit", "Bank sets limits"),
    ("The harbour opens its tide data", "The harbor opens its tide data"),
    ("The harbour opens its tide data", "Harbour opens its tide data to every town on the coast"),
    ("Łódź sings its consonants", "ŁÓDŹ sings its consonants"),
    ("港が潮位データを公開", "港が潮位データを公開へ"),
]
DIFFERENT = [
    ("The night count", "The night bus"),
    ("A bank sets a limit", "A bank sets a record"),
    ("The city opens a model with 3 parts", "The city opens a model with 4 parts"),
    ("Town buys ten buses", "Town sells ten buses"),
    ("Company opens a data centre in Spain", "Company opens a data centre in Sweden"),
    ("Port news", "Port news from the north, the south and the islands"),
    ("", "A story"),
    ("...", "!!!"),
]


def is_similar(one: str, other: str) -> bool:
    return Headings(["", other]).nearest(one, 5) == [1]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_headings_of_one_story_are_similar(one, other):
    assert is_similar(one, other)
    assert is_similar(other, one)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_headings_of_two_stories_are_not_similar(one, other):
    assert not is_similar(one, other)
    assert not is_similar(other, one)


def test_headings_of_the_samples_are_not_similar():
    texts = [path.read_text(encoding="utf-8") for path in SAMPLES.rglob("*.md")]
    found = {line for text in texts for line in re.findall(r"^## (.+)$", text, re.MULTILINE)}
    headings = found - {"The bottom line", "Sources"}
    assert len(headings) > 40
    assert not [pair for pair in combinations(sorted(headings), 2) if is_similar(*pair)]
