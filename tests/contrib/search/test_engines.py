"""Both engines return the same results, and nothing else."""

import pytest
from django.db import connection

from digest.contrib.search.engines import engine, install
from digest.contrib.search.matching import AllOf, AnyOf, Term, Without
from digest.contrib.search.models import Entry
from digest.contrib.search.querying import matching_entries
from digest.contrib.search.visible import VisibleEntries
from tests.builders import body, expire, make_issue, story
from tests.contrib.search.searching import (
    add_story,
    headings,
    public_issues,
    search_public,
    stories,
)

pytestmark = pytest.mark.django_db

STORIES = [
    ("Straße der Städte", "STRASSE in İstanbul"),
    ("Open models run", "Running GPT-4 at home, don’t pay"),
    ("Runs of C++", "A long-running café; the modèle"),
    ("人工知能の未来", "これは東京です 🚀"),
    ("كِتَاب جديد", "\u202eabc\u202c co\u00adoperate"),
    ("Nothing else", "needle and thread"),
]
# The numbers of the stories that each query returns, the best first.
EXPECTED = {
    "strasse": [1],
    "STRASSE": [1],
    "istanbul": [1],
    "running": [3, 2],
    "runs": [3, 2],
    "gpt-4": [2],
    "gpt 4": [2],
    "4-gpt": [],
    "c++": [3],
    "don't": [2],
    "don": [2],
    "cafe": [3],
    "cafe\u0301": [3],
    "modele": [2, 3],
    "知能": [4],
    "京で": [4],
    "能知": [],
    "🚀": [],
    "كتاب": [5],
    "abc": [5],
    "cooperate": [5],
    "thread needle": [6],
    '"needle and thread"': [6],
    '"thread and needle"': [],
    "open -gpt": [],
    "runs -open": [3],
    'runs -"a long"': [2],
    "thread OR straße": [1, 6],
    "thread OR cafe runs": [3],
    'zzz"OR"needle': [],
    'needle"NOT"thread': [],
    'x")OR(title:"needle': [],
    "title:needle": [],
    "need*": [],
    "needle\x00": [6],
    "^needle": [6],
    "(needle) \\ ' ; %s {0} %": [],
    "needle %": [6],
}


@pytest.fixture
def indexed_stories(digest):
    for number, (heading, text) in enumerate(STORIES, 1):
        add_story(digest, f"{heading} {number}", text, day=number)


def numbers(results):
    return [int(heading[-1]) for heading in headings(results)]


@pytest.mark.usefixtures("indexed_stories")
def test_every_database_returns_the_same_results():
    results = {text: numbers(search_public(text, correct=False)) for text in EXPECTED}
    assert results == EXPECTED


@pytest.mark.usefixtures("indexed_stories")
def test_entries_and_counts_agree_with_hits():
    for text in EXPECTED:
        results = search_public(text, correct=False)
        pks = [hit.pk for hit in results.hits]
        assert sorted(pks, reverse=True) == list(results.entries.values_list("pk", flat=True))
        assert results.counts.total == len(pks)


@pytest.mark.usefixtures("indexed_stories")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nee", [6]),
        ("needle thr", [6]),
        ("needle -straw thr", [6]),
        ("nee ", []),
        ("人工知", [4]),
        ("x", []),
    ],
)
def test_last_word_is_a_prefix_while_typing(text, expected):
    assert numbers(search_public(text, is_typing=True, correct=False)) == expected


@pytest.mark.usefixtures("indexed_stories")
def test_phrase_may_end_in_a_prefix():
    assert numbers(search_public("long-ru", is_typing=True, correct=False)) == [3]
    assert stories("long-ru") == []


def test_phrases_do_not_match_across_texts(digest):
    blocks = [story("Ends red", body="<p>Green one</p>"), story("Blue two", body="<p>Last</p>")]
    issue = make_issue(digest, title="Title gold", body=body(*blocks, summary="Silver summary"))
    issue_of = f"{issue.title} silver"
    for text in (
        '"red green"',
        '"one blue"',
        '"gold silver"',
        f'"{issue_of}"',
        '"silver summary x"',
    ):
        assert not search_public(text, correct=False).hits
    for text in ('"ends red"', '"green one"', '"title gold"', '"silver summary"'):
        assert len(search_public(text, correct=False).hits) == 1


def matching(match, **options):
    entries = VisibleEntries(public_issues).matching(match, **options)
    return list(entries.filter(story__isnull=False).values_list("story__heading", flat=True))


@pytest.mark.usefixtures("indexed_stories")
def test_matches_can_be_nested():
    needle, thread, cafe = Term(("needle",)), Term(("thread",)), Term(("cafe",))
    assert matching(AllOf((needle, thread))) == ["Nothing else 6"]
    assert matching(AllOf((needle, cafe))) == []
    assert matching(AnyOf((needle, cafe))) == ["Nothing else 6", "Runs of C++ 3"]
    assert matching(Without(AnyOf((needle, cafe)), thread)) == ["Runs of C++ 3"]
    assert matching(AllOf((AnyOf((needle, cafe)), AnyOf((thread, needle))))) == ["Nothing else 6"]


@pytest.mark.usefixtures("indexed_stories")
def test_matches_can_be_limited_to_titles():
    assert matching(Term(("runs",)), in_titles=True) == ["Runs of C++ 3"]
    assert matching(Term(("needle",)), in_titles=True) == []


@pytest.mark.usefixtures("indexed_stories")
def test_newest_entries_come_first():
    assert matching(AnyOf((Term(("strasse",)), Term(("needle",)), Term(("c",))))) == [
        "Nothing else 6",
        "Runs of C++ 3",
        "Straße der Städte 1",
    ]


def test_matching_entries_include_hidden_ones(digest):
    issue, hidden = add_story(digest, "Needle"), add_story(digest, "Needle", day=15)
    add_story(digest, "Straw", day=16)
    expire(hidden)
    issues = matching_entries("needle").values_list("issue_id", flat=True)
    assert set(issues) == {issue.pk, hidden.pk}
    assert not matching_entries("!").exists()


@pytest.mark.usefixtures("indexed_stories")
def test_engine_returns_used_words():
    assert engine().used(["needle", "straw", "strasse", "知", "title"]) == {
        "needle",
        "strasse",
        "知",
    }
    assert engine().used([]) == set()


@pytest.mark.usefixtures("indexed_stories")
def test_install_can_run_again():
    connection.check_constraints()  # PostgreSQL cannot alter a table with pending ones.
    install(connection.alias)
    install(connection.alias)
    assert stories("needle") == ["Nothing else 6"]


@pytest.mark.usefixtures("indexed_stories")
def test_full_text_index_follows_every_write():
    entry = Entry.objects.get(story__heading="Nothing else 6")
    Entry.objects.filter(pk=entry.pk).update(title=" fresh ", body=" straw ")
    assert [
        search_public(text, correct=False).counts.total for text in ("fresh", "straw", "thread")
    ] == [*(1, 1, 0)]
    entry.delete()
    assert search_public("fresh OR straw", correct=False).counts.total == 0


def test_match_may_have_many_terms(digest):
    add_story(digest, "Needle")
    inflections = AnyOf(tuple(Term((f"form{number}",)) for number in range(50)))
    clauses = [AnyOf((*inflections.parts, Term((f"word{number}",)))) for number in range(20)]
    choices = [AllOf(tuple(clauses[:number] + clauses[number + 1 :])) for number in range(20)]
    assert matching(AnyOf((*choices, Term(("needle",))))) == ["Needle"]
