"""A preview token shows its own page in every state, and no other page."""

import pytest

from digest.models import IssuePage
from digest.previews.tokens import create_token
from tests.visibility import endpoints, people
from tests.visibility.responses import fetch, is_same_response, text_of

pytestmark = pytest.mark.django_db


def drafts(scenario):
    """Yield each case whose page exists, with that page."""
    for case in scenario.cases.values():
        page = IssuePage.objects.filter(pk=case.issue.pk).first()
        if page:
            yield case, page


def draft_title(page):
    """Return the title in the latest revision of a page."""
    return page.get_latest_revision_as_object().title


@pytest.mark.parametrize("endpoint", endpoints.PREVIEWS)
def test_token_shows_its_page_and_no_other(scenario, client, endpoint):
    nothing = fetch(client, endpoint.format(token="x"))
    assert nothing.status_code == 404
    for case, page in drafts(scenario):
        token = create_token(page, people.superuser(), revision_id=page.latest_revision_id)
        response = fetch(client, endpoint.format(token=token))
        if page.alias_of_id or case.name == "of_another_site":
            assert is_same_response(response, nothing), case.name
            continue
        assert response.status_code == 200, case.name
        assert draft_title(page) in text_of(response), case.name
        others = scenario.hidden - {case.name, "of_another_site"}
        words = [scenario.cases[name].word for name in others]
        assert not [word for word in [*words, people.OWNER] if word in text_of(response)], case.name


@pytest.mark.parametrize("endpoint", endpoints.PREVIEWS)
def test_preview_does_not_depend_on_the_visitor(scenario, client, endpoint):
    page = scenario.cases["draft"].issue
    token = create_token(page, people.superuser(), revision_id=page.latest_revision_id)
    for path in (endpoint.format(token=token), endpoint.format(token="x")):
        plain = fetch(client, path)
        for visitor in people.VISITORS:
            assert is_same_response(fetch(visitor(), path), plain), visitor


def test_draft_with_a_token_is_not_in_lists(scenario, client):
    page = scenario.cases["live_with_a_newer_draft"].issue
    create_token(page, people.superuser(), revision_id=page.latest_revision_id)
    for endpoint in endpoints.LISTS[:3]:
        assert "unsaid" not in text_of(fetch(client, endpoint))
