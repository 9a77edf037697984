"""Every endpoint in every state shows the public issues and no hidden one."""

import pytest

from digest.models import IssuePage
from digest.pages.stable_ids import stable_id
from tests.visibility import endpoints
from tests.visibility.oracle import Oracle
from tests.visibility.responses import fetch, is_same_response, text_of
from tests.visibility.scenario import NONEXISTENT

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("endpoint", endpoints.LISTS)
def test_lists_show_the_public_issues_only(scenario, client, endpoint):
    response = fetch(client, endpoint)
    assert response.status_code == 200
    mark = "/issues/{pk}.md" if endpoint == "/llms.txt" else "slug{word}"
    assert scenario.shown(text_of(response), mark) == scenario.public
    assert scenario.secrets_in(text_of(response)) == []


@pytest.mark.parametrize("endpoint", endpoints.SITE_FEEDS)
def test_feeds_of_the_site_have_the_entries_of_public_issues(scenario, client, endpoint):
    text = text_of(fetch(client, endpoint))
    entries = {case.name for case in scenario.cases.values() if stable_id(case.issue) in text}
    assert entries == scenario.public
    # A text may link to an issue that is public on another site.
    assert set(scenario.secrets_in(text)) <= {scenario.cases["of_another_site"].word}


@pytest.mark.parametrize("endpoint", endpoints.TAG_LISTS)
def test_tags_are_those_of_public_issues(scenario, client, endpoint):
    response = fetch(client, endpoint)
    assert response.status_code == 200
    assert scenario.shown(text_of(response), "tag{word}") == scenario.public
    assert scenario.secrets_in(text_of(response)) == []


def test_counts_are_of_public_issues(scenario, client):
    count = fetch(client, "/api/v1/issues/?tag=every&count=true").json()["count"]
    tags = fetch(client, "/api/v1/tags/?limit=100").json()["results"]
    [every] = [tag["issue_count"] for tag in tags if tag["slug"] == "every"]
    tagged = IssuePage.objects.filter(tagged_items__tag__slug="every").values_list("pk", flat=True)
    assert count == every == len(Oracle().seen(tagged, scenario.site))


@pytest.mark.parametrize("endpoint", endpoints.DIGEST_LISTS)
def test_digests_are_the_public_ones(scenario, client, endpoint):
    oracle = Oracle()
    text = text_of(fetch(client, endpoint))
    for case in scenario.cases.values():
        public = oracle.sees(case.digest.pk, scenario.site)
        assert (case.digest.title in text or f"/{case.digest.slug}/<" in text) is public, case.name


@pytest.mark.parametrize("endpoint", endpoints.OF_A_DIGEST)
def test_feeds_of_a_digest_show_its_public_issues(scenario, client, endpoint):
    oracle = Oracle()
    nothing = fetch(client, endpoint.format(**NONEXISTENT))
    for case in scenario.cases.values():
        response = fetch(client, endpoint.format(**case.params))
        if not oracle.sees(case.parent.pk, scenario.site) or (
            "tags" in endpoint and hidden(scenario, case)
        ):
            assert is_same_response(response, nothing), case.name
            continue
        assert response.status_code == 200
        assert scenario.shown(text_of(response)) == ({case.name} & scenario.public), case.name
        assert scenario.secrets_in(text_of(response)) == []


@pytest.mark.parametrize("endpoint", endpoints.DIGESTS)
def test_hidden_digest_is_not_found(scenario, client, endpoint):
    oracle = Oracle()
    nothing = fetch(client, endpoint.format(**NONEXISTENT))
    for case in scenario.cases.values():
        response = fetch(client, endpoint.format(**case.params))
        if oracle.sees(case.parent.pk, scenario.site):
            assert response.status_code == 200
        else:
            assert is_same_response(response, nothing), case.name


@pytest.mark.usefixtures("notes")
@pytest.mark.parametrize(("endpoint", "body"), endpoints.POSTS)
def test_hidden_digest_takes_no_posts(scenario, client, endpoint, body, settings):
    settings.DIGEST_NEWSLETTER_SIGNUP_RATE = None

    def post(params):
        return client.post(endpoint.format(**params), body, content_type="application/json")

    oracle, nothing = Oracle(), post(NONEXISTENT)
    for case in scenario.cases.values():
        response = post(case.params)
        if oracle.sees(case.parent.pk, scenario.site):
            assert response.status_code in (200, 201, 202), case.name
        else:
            assert is_same_response(response, nothing), case.name


@pytest.mark.parametrize("endpoint", endpoints.DETAILS)
@pytest.mark.parametrize("accept", ["application/json", "text/markdown"])
def test_hidden_issue_is_not_found(scenario, client, endpoint, accept):
    nothing = fetch(client, endpoint.format(**NONEXISTENT), accept=accept)
    assert nothing.status_code in (404, 406)
    for case in scenario.cases.values():
        response = fetch(client, endpoint.format(**case.params), accept=accept)
        if hidden(scenario, case):
            assert is_same_response(response, nothing), case.name
        elif nothing.status_code == 404:
            assert response.status_code == 200, case.name
            mark = "story{word}" if "{story}" in endpoint else "slug{word}"  # aliases share stories
            assert scenario.shown(text_of(response), mark) == {case.name}
            assert scenario.secrets_in(text_of(response)) == []


@pytest.mark.parametrize("endpoint", endpoints.TOOLS)
def test_hidden_issue_is_not_found_by_a_tool(scenario, client, endpoint):
    nothing = fetch(client, endpoint.format(**NONEXISTENT))
    assert nothing.json()["result"]["isError"]
    for case in scenario.cases.values():
        response = fetch(client, endpoint.format(**case.params))
        if hidden(scenario, case):
            assert is_same_response(response, nothing), case.name
        else:
            assert f"slug{case.word}" in text_of(response), case.name
            assert scenario.secrets_in(text_of(response)) == [], case.name


@pytest.mark.parametrize("endpoint", endpoints.SIMILAR)
def test_similar_issues_are_public(scenario, client, endpoint):
    for case in scenario.cases.values():
        text = text_of(fetch(client, endpoint.format(**case.params)))
        text = text.replace(f'"heading":"story{case.word}"', "").replace(f"story{case.word}: ", "")
        assert scenario.secrets_in(text) == [], case.name


@pytest.mark.parametrize("endpoint", endpoints.FILTERED)
def test_tags_and_words_of_a_hidden_issue_are_unknown(scenario, client, endpoint):
    nothing = fetch(client, endpoint.format(**NONEXISTENT))
    for case in scenario.cases.values():
        response = fetch(client, endpoint.format(**case.params))
        if hidden(scenario, case):
            assert is_same_response(response, nothing, case.word, NONEXISTENT["word"]), case.name
        else:
            assert response.status_code == 200
            assert not is_same_response(response, nothing, case.word, NONEXISTENT["word"]), (
                case.name
            )


@pytest.mark.parametrize("path", ["{path}", "/in-{number}/digest-{number}/"])
def test_pages_show_nothing_hidden(scenario, client, path):
    for number, case in enumerate(scenario.cases.values()):
        response = fetch(client, path.format(number=number, **case.params))
        assert response.status_code in (200, 302, 404)  # Wagtail asks for a password or a login
        text = response.content.decode()
        assert scenario.secrets_in(text.replace(f"/slug{case.word}/", "")) == [], case.name
        if "path" in path and not hidden(scenario, case):
            assert f"title{case.word}" in text


def test_latest_issue_is_public(scenario, client):
    assert fetch(client, "/api/v1/issues/latest/?tag=every").json()["id"] in {
        scenario.cases[name].issue.pk for name in scenario.public
    }


def test_neighbours_are_public(scenario, client):
    oracle = Oracle()
    for name in scenario.public:
        case = scenario.cases[name]
        found = fetch(client, f"/api/v1/issues/{case.issue.pk}/").json()
        beside = case.neighbour if oracle.sees(case.neighbour.pk) else None
        beside = beside if case.parent.pk == case.digest.pk else None
        assert (found["previous"] and found["previous"]["id"]) == (beside and beside.pk), name
        assert found["next"] is None
        text = fetch(client, case.params["path"]).content.decode()
        assert (f"beside-{case.digest.slug.split('-')[1]}/" in text) is bool(beside), name


def hidden(scenario, case):
    return case.name in scenario.hidden
