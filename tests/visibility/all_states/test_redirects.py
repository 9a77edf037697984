"""An old address leads to a page that the site shows, or to what an editor wrote, or nowhere."""

import pytest
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Site

from tests.visibility.answers import ask, same_answer
from tests.visibility.states import ELSEWHERE, HIDDEN, PUBLIC

pytestmark = pytest.mark.django_db
GONE = ("deleted", "deleted_with_its_digest")


def lead(case, old_path="/before"):
    Redirect.objects.create(old_path=old_path, redirect_page_id=case.issue.pk)


@pytest.mark.parametrize("state", [*HIDDEN, *ELSEWHERE], ids=lambda state: state.__name__)
def test_no_redirect_leads_to_a_hidden_issue(world, client, state):
    nothing = ask(client, "/api/v1/pages/?path=/nowhere/")
    if state.__name__ not in GONE:  # whose redirects went with them
        lead(world.cases[state.__name__])
    assert ask(client, "/before/").status_code == 404
    assert same_answer(ask(client, "/api/v1/pages/?path=/before/"), nothing)


@pytest.mark.parametrize("state", PUBLIC, ids=lambda state: state.__name__)
def test_redirect_leads_to_a_public_issue(world, client, state):
    case = world.cases[state.__name__]
    lead(case)
    assert ask(client, "/before/?from=mail")["Location"].endswith(case.address["path"])
    found = ask(client, "/api/v1/pages/?path=/before/").json()
    assert found["type"] == "redirect"
    assert found["location"].endswith(case.address["path"])


def old_path(case, slug="before"):
    return f"{case.digest.get_url_parts()[2]}{slug}{case.word}/"


def test_old_address_of_a_page_that_moved_leads_to_the_new(world, client):
    case = world.cases["moved_and_renamed"]
    found = ask(client, f"/api/v1/pages/?path={old_path(case)}").json()
    assert found["location"].endswith(case.address["path"])
    assert ask(client, old_path(case))["Location"].endswith(case.address["path"])


@pytest.mark.parametrize(
    "name",
    ["moved_without_redirect", "moved_below_something_private", "moved_out_of_the_site"],
)
def test_old_address_of_a_page_that_is_not_to_be_found_is_nothing(world, client, name):
    path = old_path(world.cases[name])
    nothing = ask(client, "/api/v1/pages/?path=/nowhere/")
    assert ask(client, path).status_code == 404
    assert same_answer(ask(client, f"/api/v1/pages/?path={path}"), nothing)


def test_redirect_of_another_site_is_nothing_here(world, client):
    other = Site.objects.exclude(pk=world.site.pk).first()
    Redirect.objects.create(
        old_path="/before", redirect_page_id=world.cases["live"].issue.pk, site=other
    )
    assert ask(client, "/before/").status_code == 404
    assert ask(client, "/api/v1/pages/?path=/before/").status_code == 404


def test_editors_own_address_is_followed(world, client):
    Redirect.objects.create(old_path="/before", redirect_link="https://elsewhere.example/x/")
    assert ask(client, "/before/")["Location"] == "https://elsewhere.example/x/"
    found = ask(client, "/api/v1/pages/?path=/before/").json()
    assert found["location"] == "https://elsewhere.example/x/"
