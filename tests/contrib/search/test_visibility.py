"""Search discloses nothing hidden, by corrections, counts, facets or suggestions."""

import pytest
from wagtail.models import Page, PageViewRestriction

from digest.contrib.search.models import Entry, Word
from tests.builders import make_digest
from tests.visibility import endpoints, shown
from tests.visibility.builders import make_issue
from tests.visibility.responses import fetch, is_same_response
from tests.visibility.states import ELSEWHERE, HIDDEN

pytestmark = pytest.mark.django_db

each_hidden = pytest.mark.parametrize(
    "state", [*HIDDEN, *ELSEWHERE], ids=lambda state: state.__name__
)
WORD = "zeppelin"
NEARLY, FAR = "zeplin", "quokka"


@pytest.fixture
def place(home_page):
    """A page and a digest below it, which a state may hide, beside a public issue."""
    make_issue(make_digest(home_page, "open"), "public")
    section = home_page.add_child(instance=Page(title="A section", slug="section"))
    return section, make_digest(section, "shut")


def check_word_is_unknown(client):
    """Check that responses are the same as for a word that no issue has."""
    for endpoint in endpoints.NEARLY:
        nothing = fetch(client, endpoint.format(word=FAR))
        assert nothing.status_code == 200
        for word in (WORD, NEARLY, WORD[:-2]):
            response = fetch(client, endpoint.format(word=word))
            assert is_same_response(response, nothing, word, FAR), (endpoint, word)


@each_hidden
def test_misspelt_word_of_a_hidden_issue_is_unknown(place, client, state):
    state(*place, WORD)
    check_word_is_unknown(client)


@pytest.mark.parametrize("endpoint", endpoints.NEARLY)
def test_misspelt_word_of_a_public_issue_is_found(place, client, endpoint):
    shown.live(*place, WORD)
    word = WORD[:-2] if "title" in endpoint else NEARLY
    assert WORD in fetch(client, endpoint.format(word=word)).content.decode()


@each_hidden
def test_hidden_issue_is_not_counted(place, client, state):
    before = [fetch(client, endpoint) for endpoint in endpoints.COUNTED]
    state(*place, WORD)
    for endpoint, response in zip(endpoints.COUNTED, before, strict=True):
        assert is_same_response(fetch(client, endpoint), response), endpoint


@pytest.mark.parametrize("endpoint", endpoints.COUNTED)
def test_public_issue_is_counted(place, client, endpoint):
    before = fetch(client, endpoint)
    shown.live(*place, WORD)
    assert not is_same_response(fetch(client, endpoint), before)


def test_stale_index_shows_nothing_hidden(place, client):
    """As after a restriction that sent no signal."""
    issue = make_issue(place[1], WORD)
    PageViewRestriction.objects.bulk_create([PageViewRestriction(page=issue)])
    assert Entry.objects.filter(issue=issue).exists()
    assert Word.objects.filter(text=f"text{WORD}").exists()
    check_word_is_unknown(client)
