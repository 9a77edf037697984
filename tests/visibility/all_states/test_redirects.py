"""Redirects lead to public pages, or to the link that an editor entered."""

from urllib.parse import quote

import pytest
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Site

from tests.visibility import endpoints
from tests.visibility.oracle import Oracle
from tests.visibility.responses import fetch, is_same_response
from tests.visibility.scenario import NONEXISTENT
from tests.visibility.states import ELSEWHERE, HIDDEN, PUBLIC

pytestmark = pytest.mark.django_db
GONE = ("deleted", "deleted_with_its_digest")


def add_redirect(case, old_path="/before"):
    Redirect.objects.create(old_path=old_path, redirect_page_id=case.issue.pk)


@pytest.mark.parametrize("state", [*HIDDEN, *ELSEWHERE], ids=lambda state: state.__name__)
def test_redirect_to_a_hidden_issue_is_not_found(scenario, client, state):
    nothing = fetch(client, "/api/v1/pages/?path=/nowhere/")
    if state.__name__ not in GONE:  # whose redirects are deleted with them
        add_redirect(scenario.cases[state.__name__])
    for path in ("/before/", "/before/?utm_source=mail", "/before;a", "/before;a?b=c"):
        assert fetch(client, path).status_code == 404
        found = fetch(client, f"/api/v1/pages/?path={quote(path)}")
        assert is_same_response(found, nothing)


@pytest.mark.parametrize("state", PUBLIC, ids=lambda state: state.__name__)
def test_redirect_leads_to_a_public_issue(scenario, client, state):
    case = scenario.cases[state.__name__]
    add_redirect(case)
    assert fetch(client, "/before/?from=mail")["Location"].endswith(case.params["path"])
    found = fetch(client, "/api/v1/pages/?path=/before/").json()
    assert found["type"] == "redirect"
    assert found["location"].endswith(case.params["path"])


@pytest.mark.parametrize(
    "endpoint", [*endpoints.DIGESTS, "/api/v1/digests/{parent}/issues/{slug}/"]
)
def test_old_slugs_lead_only_to_what_is_public(scenario, client, endpoint):
    oracle = Oracle()
    nothing = fetch(client, endpoint.format(**NONEXISTENT))
    for case in scenario.cases.values():
        if case.name in GONE:
            continue
        digest = f"/old{case.word}"
        for path, page in ((digest, case.parent), (f"{digest}/past", case.issue)):
            Redirect.objects.create(
                old_path=path, redirect_page_id=page.pk, automatically_created=True
            )
        response = fetch(client, endpoint.format(parent=digest[1:], slug="past"))
        shown = case.issue if "{slug}" in endpoint else case.parent
        if oracle.sees(shown.pk, scenario.site):
            assert response.status_code == 301, case.name
        else:
            assert is_same_response(response, nothing), case.name


def old_path(case, slug="before"):
    return f"{case.digest.get_url_parts()[2]}{slug}{case.word}/"


def test_old_url_of_a_moved_page_redirects_to_the_new_one(scenario, client):
    case = scenario.cases["moved_and_renamed"]
    found = fetch(client, f"/api/v1/pages/?path={old_path(case)}").json()
    assert found["location"].endswith(case.params["path"])
    assert fetch(client, old_path(case))["Location"].endswith(case.params["path"])


@pytest.mark.parametrize(
    "name",
    ["moved_without_redirect", "moved_below_something_private", "moved_out_of_the_site"],
)
def test_old_url_of_a_hidden_page_is_not_found(scenario, client, name):
    path = old_path(scenario.cases[name])
    nothing = fetch(client, "/api/v1/pages/?path=/nowhere/")
    assert fetch(client, path).status_code == 404
    assert is_same_response(fetch(client, f"/api/v1/pages/?path={path}"), nothing)


def test_redirect_of_another_site_is_not_found(scenario, client):
    other = Site.objects.exclude(pk=scenario.site.pk).first()
    Redirect.objects.create(
        old_path="/before", redirect_page_id=scenario.cases["live"].issue.pk, site=other
    )
    assert fetch(client, "/before/").status_code == 404
    assert fetch(client, "/api/v1/pages/?path=/before/").status_code == 404


def test_redirect_to_an_entered_link(scenario, client):
    Redirect.objects.create(old_path="/before", redirect_link="https://elsewhere.example/x/")
    assert fetch(client, "/before/")["Location"] == "https://elsewhere.example/x/"
    found = fetch(client, "/api/v1/pages/?path=/before/").json()
    assert found["location"] == "https://elsewhere.example/x/"
