"""Both engines find the same, and what they are asked for alone."""

import pytest
from django.db import connection

from digest.contrib.search.engines import engine, install
from digest.contrib.search.finding import matching_entries, visible
from digest.contrib.search.matching import AllOf, AnyOf, Term, Without
from digest.contrib.search.models import Entry
from tests.builders import body, expire, make_issue, story
from tests.contrib.search.searching import headings, look_for, public, stories, tell

pytestmark = pytest.mark.django_db

TOLD = [
    ("Straße der Städte", "STRASSE in İstanbul"),
    ("Open models run", "Running GPT-4 at home, don’t pay"),
    ("Runs of C++", "A long-running café; the modèle"),
    ("人工知能の未来", "これは東京です 🚀"),
    ("كِتَاب جديد", "\u202eabc\u202c co\u00adoperate"),
    ("Nothing else", "needle and thread"),
]
# By query: the numbers of the stories that it finds, the best first, and their scores.
FOUND = {
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
def told(digest):
    for number, (heading, text) in enumerate(TOLD, 1):
        tell(digest, f"{heading} {number}", text, day=number)


def numbers(found):
    return [int(heading[-1]) for heading in headings(found)]


@pytest.mark.usefixtures("told")
def test_every_database_finds_the_same():
    found = {text: numbers(look_for(text, correct=False)) for text in FOUND}
    assert found == FOUND


@pytest.mark.usefixtures("told")
def test_entries_and_counts_are_those_of_the_hits():
    for text in FOUND:
        found = look_for(text, correct=False)
        pks = [hit.pk for hit in found.hits]
        assert sorted(pks, reverse=True) == list(found.entries.values_list("pk", flat=True))
        assert found.counts.total == len(pks)


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("nee", [6]),
        ("needle thr", [6]),
        ("needle -straw thr", [6]),
        ("nee ", []),
        ("人工知", [4]),
        ("x", []),
    ],
)
def test_the_last_word_may_be_a_beginning_while_it_is_typed(text, found):
    assert numbers(look_for(text, is_typing=True, correct=False)) == found


@pytest.mark.usefixtures("told")
def test_a_phrase_may_end_in_a_beginning():
    assert numbers(look_for("long-run", is_typing=True, correct=False)) == [3]
    assert stories("long-run") == []


def test_phrases_do_not_reach_from_one_text_into_the_next(digest):
    told = [story("Ends red", body="<p>Green one</p>"), story("Blue two", body="<p>Last</p>")]
    issue = make_issue(digest, title="Title gold", body=body(*told, summary="Silver summary"))
    issue_of = f"{issue.title} silver"
    for text in (
        '"red green"',
        '"one blue"',
        '"gold silver"',
        f'"{issue_of}"',
        '"silver summary x"',
    ):
        assert not look_for(text, correct=False).hits
    for text in ('"ends red"', '"green one"', '"title gold"', '"silver summary"'):
        assert len(look_for(text, correct=False).hits) == 1


def matching(match, **options):
    found = engine().matching(visible(public()), match, **options)
    return list(found.filter(story__isnull=False).values_list("story__heading", flat=True))


@pytest.mark.usefixtures("told")
def test_matches_are_put_together():
    needle, thread, cafe = Term(("needle",)), Term(("thread",)), Term(("cafe",))
    assert matching(AllOf((needle, thread))) == ["Nothing else 6"]
    assert matching(AllOf((needle, cafe))) == []
    assert matching(AnyOf((needle, cafe))) == ["Nothing else 6", "Runs of C++ 3"]
    assert matching(Without(AnyOf((needle, cafe)), thread)) == ["Runs of C++ 3"]
    assert matching(AllOf((AnyOf((needle, cafe)), AnyOf((thread, needle))))) == ["Nothing else 6"]


@pytest.mark.usefixtures("told")
def test_titles_alone_can_be_asked():
    assert matching(Term(("runs",)), in_titles=True) == ["Runs of C++ 3"]
    assert matching(Term(("needle",)), in_titles=True) == []


@pytest.mark.usefixtures("told")
def test_the_newest_come_first():
    assert matching(AnyOf((Term(("strasse",)), Term(("needle",)), Term(("c",))))) == [
        "Nothing else 6",
        "Runs of C++ 3",
        "Straße der Städte 1",
    ]


def test_every_match_is_there_for_a_list_to_narrow_by(digest):
    issue, hidden = tell(digest, "Needle"), tell(digest, "Needle", day=15)
    tell(digest, "Straw", day=16)
    expire(hidden)
    found = matching_entries("needle").values_list("issue_id", flat=True)
    assert set(found) == {issue.pk, hidden.pk}
    assert not matching_entries("!").exists()


@pytest.mark.usefixtures("told")
def test_an_engine_knows_which_words_are_used():
    assert engine().used(["needle", "straw", "strasse", "知", "title"]) == {
        "needle",
        "strasse",
        "知",
    }
    assert engine().used([]) == set()


@pytest.mark.usefixtures("told")
def test_what_is_needed_can_be_made_again():
    connection.check_constraints()  # PostgreSQL alters no table that waits for them
    install(connection.alias)
    install(connection.alias)
    assert stories("needle") == ["Nothing else 6"]


@pytest.mark.usefixtures("told")
def test_the_engine_follows_every_write():
    entry = Entry.objects.get(story__heading="Nothing else 6")
    Entry.objects.filter(pk=entry.pk).update(title=" fresh ", body=" straw ")
    assert [
        look_for(text, correct=False).counts.total for text in ("fresh", "straw", "thread")
    ] == [*(1, 1, 0)]
    entry.delete()
    assert look_for("fresh OR straw", correct=False).counts.total == 0


def test_many_words_with_many_forms_are_asked_for(digest):
    tell(digest, "Needle")
    forms = AnyOf(tuple(Term((f"form{number}",)) for number in range(50)))
    slots = [AnyOf((*forms.parts, Term((f"word{number}",)))) for number in range(20)]
    choices = [AllOf(tuple(slots[:number] + slots[number + 1 :])) for number in range(20)]
    assert matching(AnyOf((*choices, Term(("needle",))))) == ["Needle"]
