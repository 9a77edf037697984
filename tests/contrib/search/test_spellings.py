"""Words are found in other spellings: without hyphen or separators, with signs, with particles."""

import pytest

from digest.contrib.search.spellings import spellings, spellings_of
from tests.contrib.search.searching import add_story, headings, search_public, stories


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("follow-up follow‑up, (Check-In)", ["followup", "followup", "checkin"]),
        ("E-Book-Reader", ["ebook", "ebookreader", "bookreader"]),
        ("F-16 MP-3.5", ["f16", "mp3"]),
        ("a-b-c-d-e well--known Ost- -end", []),
        ("1990-2000 2027-05-01 12-15", []),
        ("48,750 48.750 48'750 48’750 48_750", ["48750"] * 5),
        ("7 600 plus 7\u202f600 or 1\u00a0234\u00a0567", ["7600", "7600", "1234567"]),
        ("1,234,567.89 1.234,5", ["1234567 89", "1234 5"]),
        ("2,50,000", ["250000"]),
        ("48,750원 US$48,750, 48,750km", ["48750"] * 3),
        ("2.11.0 2,500,30 0.125 24.12.2027 2027 300 1,5", []),
        ("v2.11.0 V3.0 Ruby3.3", ["2 11 0", "3 0", "ruby 3 3"]),
        ("v2 mp3 h2o", []),
        ("F# g++ .NET", ["f", "g", "net"]),
        ("x" * 60_000, []),
        ("知" * 20_000, []),
    ],
)
def test_text_has_other_spellings(text, expected):
    found = sorted(spellings(text), key=lambda spelling: (spelling.start, spelling.end))
    assert [" ".join(spelling.tokens) for spelling in found] == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("(follow-up)", [("followup",)]),
        ("E-Book-Reader", [("ebookreader",)]),
        ("$48,750.", [("48750",)]),
        ("v2.11.0", [("2", "11", "0")]),
        ("GPT-4.1", []),
        ("F#", []),
        ("word", []),
        ("!", []),
    ],
)
def test_whole_word_of_a_query_has_other_spellings(word, expected):
    assert spellings_of(word) == expected


STORIES = [
    ("Tromsø, Świętochłowice, Þingvellir", "Œuvres of Đakovo"),
    ("A follow-up to the check-ins", "An E-Book-Reader, the F-16"),
    ("The followup of a preorder", "F16"),
    ("A hall of 48,750 seats", "1.250.000 Bücher, 7 600 pages"),
    ("A hall of 48750 seats", "7600 pages"),
    ("Release v2.11.0", "Ruby3.3 is out"),
    ("Release 2.11.0", "Ruby 3.3 is out"),
    ("Modern F# on .NET", "Canal+ uses g++"),
    ("Vitamin F in a net", "Canal of G"),
    ("도서관에서 AI를", "책은 2027년부터"),
]
# The numbers of the stories that each query returns.
EXPECTED = {
    "Tromso": [1],
    "swietochlowice": [1],
    "thingvellir": [1],
    "Þingvellir": [1],
    "oeuvres Đàkovo": [1],
    "followup": [2, 3],
    "follow-up": [2, 3],
    "checkin": [2],
    "ebook": [2],
    "ebook-reader": [2],
    "pre-order": [3],
    "f16": [2, 3],
    '"follow up to"': [2],
    "followup -follow-up": [],
    "48750": [4, 5],
    "48,750": [4, 5],
    "48.750": [4, 5],
    "48 750 seats": [4, 5],
    "1250000": [4],
    "1,250,000": [4],
    "7600": [4, 5],
    '"seats 1 250"': [],
    "2.11.0": [6, 7],
    "v2.11.0": [6, 7],
    "2.11": [6, 7],
    "ruby 3.3": [6, 7],
    "ruby3.3": [6, 7],
    "F#": [8],
    "f♯ .net": [8],
    "F": [2, 8, 9],
    ".NET": [8],
    "net": [8, 9],
    "g++": [8],
    "canal+": [8],
    "canal": [8, 9],
    '"modern f#"': [8],
    '"modern f"': [],
    "net -.net": [9],
    "도서관": [10],
    "AI": [10],
    "책": [10],
    "도서관이": [10],
    "도서관에서는 책": [10],
    "2027년": [10],
    '"도서관"': [],
    "hall -도서관": [4, 5],
    "ai -도서관": [],
}


@pytest.fixture
def indexed_stories(digest):
    for number, (heading, text) in enumerate(STORIES, 1):
        add_story(digest, f"{heading} №{number}", text, day=number)


@pytest.mark.django_db
@pytest.mark.usefixtures("indexed_stories")
def test_every_database_finds_other_spellings():
    found = {text: stories(text) for text in EXPECTED}
    numbers = {text: sorted(int(h.split("№")[1]) for h in found[text]) for text in EXPECTED}
    assert numbers == EXPECTED


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "query", "highlighted"),
    [
        ("The co‑op-shop", "coop", "The <mark>co‑op</mark>-shop"),
        ("A coop", "co-op", "A <mark>coop</mark>"),
        ("Ten: 10,400 of 400", "10400", "Ten: <mark>10,400</mark> of 400"),
        ("Now v4.2.1.", "4.2", "Now <mark>v4.2.1</mark>."),
        ("J# or J", "j#", "<mark>J#</mark> or J"),
        ("J# or J", "j", "<mark>J#</mark> or <mark>J</mark>"),
        ("Ruđer Bošković", "ruder", "<mark>Ruđer</mark> Bošković"),
        ("새로운 서버는 AI가", "서버 AI", "새로운 <mark>서버는</mark> <mark>AI</mark>가"),
    ],
)
def test_words_are_highlighted_in_other_spellings(digest, text, query, highlighted):
    add_story(digest, text)
    results = search_public(query)
    [result] = [one for one in results.get_results([h.pk for h in results.hits]) if one.story]
    assert result.title.html == highlighted


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "query"), [("Our e-zine", "ezine"), ("Our e-zines", "ezine"), ("서버는", "서버")]
)
def test_word_in_another_spelling_is_not_corrected(digest, text, query):
    add_story(digest, text)
    add_story(digest, "zine zines 서비", day=15)
    results = search_public(query)
    assert (headings(results), results.corrections) == ([text], [])


@pytest.mark.django_db
def test_word_with_a_sign_is_corrected_to_the_plain_word(digest):
    add_story(digest, "Canal, vitamin F")
    assert search_public("canal+").searched_query == "canal"
    assert search_public("f#").hits == []


@pytest.mark.django_db
def test_misspelt_word_is_corrected_to_the_joined_one(digest):
    add_story(digest, "A fore-cast")
    assert headings(search_public("forcast")) == ["A fore-cast"]
