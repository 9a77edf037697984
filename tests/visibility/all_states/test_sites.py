"""Each site shows its own pages only, selected by host or by ``site=``."""

import json

import pytest
from wagtail.models import Page, Site

from digest.models import IssuePage
from tests.optional_apps import served
from tests.visibility import endpoints
from tests.visibility.oracle import Oracle
from tests.visibility.responses import fetch, headers_of, is_same_response, text_of
from tests.visibility.scenario import NONEXISTENT

pytestmark = pytest.mark.django_db


@pytest.fixture
def sites(scenario):
    """A nested site, two with one root page, an empty one, and the one of ``of_another_site``."""
    section = scenario.cases["live"].issue.get_parent().get_parent()
    empty = Page.get_first_root_node().add_child(instance=Page(title="Empty", slug="empty"))
    Site.objects.create(hostname="inner.example", root_page=section)
    Site.objects.create(hostname="twin.example", root_page=scenario.home)
    Site.objects.create(hostname="empty.example", root_page=empty)
    return list(Site.objects.all())


def public_slugs(site):
    issues = dict(IssuePage.objects.values_list("pk", "slug"))
    return {issues[pk] for pk in Oracle().seen(issues, site)}


def fetch_by_host(client, site, path):
    return fetch(client, path, host=site.hostname)


def fetch_by_name(client, site, path):
    return fetch(client, f"{path}{'&' if '?' in path else '?'}site={site.hostname}")


def test_issues_are_those_of_the_site(sites, client):
    for site in sites:
        for fetch_site in (fetch_by_host, fetch_by_name):
            found = fetch_site(
                client, site, "/api/v1/issues/?limit=100&count=true&fields=slug"
            ).json()
            assert {issue["slug"] for issue in found["results"]} == public_slugs(site)
            assert found["count"] == len(found["results"])


@pytest.mark.parametrize("path", ["/api/v1/tags/?limit=100", "/api/v1/stories/?limit=100"])
def test_tags_and_stories_are_those_of_the_site(scenario, sites, client, path):
    mark = "tag{word}" if "tags" in path else "story{word}"
    for site in sites:
        slugs = public_slugs(site)
        expected = {name for name, case in scenario.cases.items() if case.issue.slug in slugs}
        for fetch_site in (fetch_by_host, fetch_by_name):
            assert scenario.shown(text_of(fetch_site(client, site, path)), mark) == expected


@pytest.mark.parametrize("path", served("/sitemap.xml", "/tags/every/", "/search/?q=happened"))
def test_pages_and_sitemap_are_those_of_the_host(scenario, sites, client, path):
    for site in sites:
        slugs = public_slugs(site)
        text = text_of(fetch_by_host(client, site, path))
        expected = {name for name, case in scenario.cases.items() if case.issue.slug in slugs}
        assert scenario.shown(text, "/slug{word}/") == expected, site


def test_issue_of_another_site_is_not_found(scenario, sites, client):
    case = scenario.cases["of_another_site"]
    there = Site.objects.get(root_page=case.parent.get_parent())
    for endpoint in [
        *endpoints.DETAILS,
        *endpoints.DIGESTS,
        endpoints.FILTERED[0],
        endpoints.FILTERED[1],
    ]:
        path, nowhere = endpoint.format(**case.params), endpoint.format(**NONEXISTENT)
        for site in sites:
            response = fetch_by_host(client, site, path)
            if site == there:
                assert response.status_code == 200, endpoint
            else:
                assert is_same_response(response, fetch_by_host(client, site, nowhere)), (
                    site,
                    endpoint,
                )


def test_unknown_host_shows_the_default_site(scenario, client):
    usual, unknown = (
        fetch(client, "/api/v1/issues/?limit=100&fields=id", host=host).json()["results"]
        for host in ("localhost", "unknown.example")
    )
    assert usual == unknown
    Site.objects.update(is_default_site=False)
    response = fetch(client, "/api/v1/issues/?limit=100", host="unknown.example")
    assert response.status_code == 404
    assert scenario.secrets_in(text_of(response)) == []


def test_host_and_site_parameter_return_the_same_issues(scenario, sites, client):
    for site in sites:
        path = "/api/v1/issues/?limit=100&fields=id,url,title,digest"
        by_host, by_name = fetch_by_host(client, site, path), fetch_by_name(client, site, path)
        strip = [
            [{"id": issue["id"], "url": issue["url"]} for issue in response.json()["results"]]
            for response in (by_host, by_name)
        ]
        assert strip[0] == strip[1]
        names = [[name for name, _value in headers_of(response)] for response in (by_host, by_name)]
        assert json.dumps(names[0]) == json.dumps(names[1])
