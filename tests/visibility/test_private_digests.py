"""The page of a private digest lists its issues only to readers who pass the restriction."""

import pytest

from tests.builders import make_digest, make_issue, restrict
from tests.optional_apps import served
from tests.visibility import people
from tests.visibility.responses import fetch

pytestmark = pytest.mark.django_db


@pytest.fixture
def club(home_page):
    """A private digest with an issue, a draft, and an issue with a restriction of its own."""
    digest = make_digest(home_page, "club")
    people.restrict_by_password(digest)
    make_issue(digest, 1, title="For members")
    make_issue(digest, 2, title="Draft", publish=False)
    restrict(make_issue(digest, 3, title="For the board"))
    return digest


def test_authorised_reader_sees_issues_without_another_restriction(club):
    response = fetch(people.with_passwords(), "/club/")
    text = response.content.decode()
    assert "For members" in text
    assert "Draft" not in text
    assert "For the board" not in text
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))


def test_other_reader_sees_no_issue(club, client):
    response = fetch(client, "/club/")
    assert "For members" not in response.content.decode()
    assert not list(response.context["issues"])


@pytest.mark.parametrize(
    "path", served("/", "/api/v1/issues/", "/search/?q=happened", "/sitemap.xml")
)
def test_other_endpoints_hide_the_issues_from_an_authorised_reader(club, path):
    text = fetch(people.with_passwords(), path).content.decode()
    assert "For members" not in text
    assert "/club/" not in text


def test_alias_of_a_private_digest_lists_its_own_issues(club):
    club.create_alias(recursive=True, update_slug="mirror")
    assert "For members" in fetch(people.with_passwords(), "/mirror/").content.decode()
