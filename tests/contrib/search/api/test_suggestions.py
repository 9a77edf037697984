import pytest

from tests.builders import body, make_issue, restrict, story
from tests.contrib.search.searching import search_often

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(digest):
    """An issue, a story and a tag with the same prefix."""
    return make_issue(digest, 14, title="Power", tags=("Powder",), body=body(story("Power lines")))


def suggested(get, query):
    return {found["text"]: found for found in get(f"search/suggest/?{query}")["suggestions"]}


def test_title_links_to_its_issue_or_story(issue, get):
    found = suggested(get, "q=power")
    assert found["Power"]["url"] == issue.full_url
    assert get(found["Power"]["api_url"])["id"] == issue.pk
    assert found["Power lines"]["url"] == f"{issue.full_url}#power-lines"
    assert get(found["Power lines"]["api_url"])["heading"] == "Power lines"


def test_tag_links_to_its_page(issue, get):
    found = suggested(get, "q=pow")["Powder"]
    assert (found["type"], found["url"]) == ("tag", "http://localhost/tags/powder/")
    assert get(found["api_url"])["slug"] == "powder"


def test_tag_without_slug_is_not_suggested(issue, get):
    issue.tags.update(slug="")
    assert "Powder" not in suggested(get, "q=pow")


def test_popular_query_links_to_its_results(issue, site, get):
    search_often(site, "power lines happened")
    found = suggested(get, "q=power+li")["power lines happened"]
    assert (found["type"], found["url"]) == ("query", None)
    assert get(found["api_url"])["query"]["text"] == "power lines happened"


def test_matches_are_highlighted(issue, get):
    found = suggested(get, "q=POW")["Power lines"]
    assert (found["html"], found["marks"]) == ("<mark>Power</mark> lines", [[0, 5]])


@pytest.mark.parametrize("limit", [1, 3, 10])
def test_limit_is_respected(digest, get, limit):
    for day in range(1, 13):
        make_issue(digest, day, title=f"Power {day}")
    assert len(suggested(get, f"q=power&limit={limit}")) == limit


@pytest.mark.parametrize("limit", ["0", "11"])
def test_limit_is_bounded(site, get, limit):
    [error] = get(f"search/suggest/?q=a&limit={limit}", 400)["errors"]
    assert error["parameter"] == "limit"


def test_locale_filters(french, get):
    assert set(suggested(get, "q=num%C3%A9ro")) == {"Le numéro"}
    assert suggested(get, "q=num%C3%A9ro&locale=en") == {}


def test_suggestions_belong_to_the_site(digest, other_site, get):
    assert suggested(get, "q=elsew") == {}
    found = suggested(get, "q=elsew&site=other.example")["Elsewhere"]
    assert get(found["api_url"])["title"] == "Elsewhere"


def test_hidden_content_is_not_suggested(issue, get):
    restrict(issue)
    assert suggested(get, "q=pow") == {}


def test_surrogate_keys_name_suggested_issues(issue, client):
    response = client.get("/api/v1/search/suggest/?q=power")
    assert response["Surrogate-Key"] == f"issue-{issue.pk}"
