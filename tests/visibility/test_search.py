"""Search tells nothing of what is hidden: not by a correction, a count, a facet or a suggestion."""

import pytest
from wagtail.models import Page, PageViewRestriction

from digest.contrib.search.models import Entry, Word
from tests.builders import make_digest
from tests.visibility import doors, shown
from tests.visibility.answers import ask, same_answer
from tests.visibility.making import make_issue
from tests.visibility.states import ELSEWHERE, HIDDEN

pytestmark = pytest.mark.django_db

each_hidden = pytest.mark.parametrize(
    "state", [*HIDDEN, *ELSEWHERE], ids=lambda state: state.__name__
)
WORD = "zeppelin"
NEARLY, FAR = "zeplin", "quokka"


@pytest.fixture
def place(home_page):
    """A page and a digest on it that a state may hide, beside a public issue."""
    make_issue(make_digest(home_page, "open"), "public")
    section = home_page.add_child(instance=Page(title="A section", slug="section"))
    return section, make_digest(section, "shut")


def told_as_of_nobody(client, door, word):
    """Whether the answer is that for a word which is nowhere."""
    answer, nothing = (ask(client, door.format(word=asked)) for asked in (word, FAR))
    assert answer.status_code == 200
    return same_answer(answer, nothing, word, FAR)


@each_hidden
def test_word_nearly_that_of_a_hidden_issue_is_nobodys(place, client, state):
    state(*place, WORD)
    for door in doors.NEARLY:
        for word in (WORD, NEARLY, WORD[:-2]):
            assert told_as_of_nobody(client, door, word), (door, word)


@pytest.mark.parametrize("door", doors.NEARLY)
def test_word_nearly_that_of_a_public_issue_is_found(place, client, door):
    shown.live(*place, WORD)
    word = WORD[:-2] if "title" in door else NEARLY
    assert WORD in ask(client, door.format(word=word)).content.decode()


@each_hidden
def test_hidden_issue_is_counted_nowhere(place, client, state):
    before = [ask(client, door) for door in doors.COUNTED]
    state(*place, WORD)
    for door, answer in zip(doors.COUNTED, before, strict=True):
        assert same_answer(ask(client, door), answer), door


@pytest.mark.parametrize("door", doors.COUNTED)
def test_public_issue_is_counted(place, client, door):
    before = ask(client, door)
    shown.live(*place, WORD)
    assert not same_answer(ask(client, door), before)


def test_index_that_is_behind_shows_nothing(place, client):
    """A restriction that no signal told of."""
    issue = make_issue(place[1], WORD)
    PageViewRestriction.objects.bulk_create([PageViewRestriction(page=issue)])
    assert Entry.objects.filter(issue=issue).exists()
    assert Word.objects.filter(text=f"text{WORD}").exists()
    for door in doors.NEARLY:
        for word in (WORD, NEARLY, WORD[:-2]):
            assert told_as_of_nobody(client, door, word), (door, word)
