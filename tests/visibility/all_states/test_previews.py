"""Previews: a token opens its own page in every state, and tells of no other."""

import pytest

from digest.models import IssuePage
from digest.previews.tokens import create_token
from tests.visibility import doors, people
from tests.visibility.answers import ask, same_answer, told

pytestmark = pytest.mark.django_db


def drafts(world):
    """Each case whose page there is, with that page."""
    for case in world.cases.values():
        page = IssuePage.objects.filter(pk=case.issue.pk).first()
        if page:
            yield case, page


def tells_of(page):
    """What marks a page as its last revision has it; one below no site has no address."""
    return page.get_latest_revision_as_object().title


@pytest.mark.parametrize("door", doors.PREVIEWS)
def test_token_opens_its_page_and_tells_of_no_other(world, client, door):
    nothing = ask(client, door.format(token="x"))
    assert nothing.status_code == 404
    for case, page in drafts(world):
        token = create_token(page, people.superuser(), revision_id=page.latest_revision_id)
        response = ask(client, door.format(token=token))
        if page.alias_of_id or case.name == "of_another_site":
            assert same_answer(response, nothing), case.name
            continue
        assert response.status_code == 200, case.name
        assert tells_of(page) in told(response), case.name
        others = world.hidden - {case.name, "of_another_site"}
        words = [world.cases[name].word for name in others]
        assert not [word for word in [*words, people.OWNER] if word in told(response)], case.name


@pytest.mark.parametrize("door", doors.PREVIEWS)
def test_visitors_are_nothing_to_a_preview(world, client, door):
    page = world.cases["draft"].issue
    token = create_token(page, people.superuser(), revision_id=page.latest_revision_id)
    for path in (door.format(token=token), door.format(token="x")):
        plain = ask(client, path)
        for visitor in people.VISITORS:
            assert same_answer(ask(visitor(), path), plain), visitor


def test_state_that_a_token_sees_is_seen_by_nobody_else(world, client):
    page = world.cases["live_with_a_newer_draft"].issue
    create_token(page, people.superuser(), revision_id=page.latest_revision_id)
    for door in doors.LISTS[:3]:
        assert "unsaid" not in told(ask(client, door))
