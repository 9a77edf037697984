"""Each site shows its own pages, asked by its host or by ``site=``, and nothing of the others."""

import json

import pytest
from wagtail.models import Page, Site

from digest.models import IssuePage
from tests.visibility import doors
from tests.visibility.answers import ask, headers_of, same_answer, told
from tests.visibility.oracle import Oracle
from tests.visibility.world import NOBODY

pytestmark = pytest.mark.django_db


@pytest.fixture
def sites(world):
    """A site inside of another, two of one root, one that is empty, and the one elsewhere."""
    section = world.cases["live"].issue.get_parent().get_parent()
    empty = Page.get_first_root_node().add_child(instance=Page(title="Empty", slug="empty"))
    Site.objects.create(hostname="inner.example", root_page=section)
    Site.objects.create(hostname="twin.example", root_page=world.home)
    Site.objects.create(hostname="empty.example", root_page=empty)
    return list(Site.objects.all())


def public_slugs(site):
    issues = dict(IssuePage.objects.values_list("pk", "slug"))
    return {issues[pk] for pk in Oracle().seen(issues, site)}


def ask_by_host(client, site, path):
    return ask(client, path, host=site.hostname)


def ask_by_name(client, site, path):
    return ask(client, f"{path}{'&' if '?' in path else '?'}site={site.hostname}")


def test_issues_are_those_of_the_site(sites, client):
    for site in sites:
        for way in (ask_by_host, ask_by_name):
            found = way(client, site, "/api/v1/issues/?limit=100&count=true&fields=slug").json()
            assert {issue["slug"] for issue in found["results"]} == public_slugs(site)
            assert found["count"] == len(found["results"])


@pytest.mark.parametrize("path", ["/api/v1/tags/?limit=100", "/api/v1/stories/?limit=100"])
def test_tags_and_stories_are_those_of_the_site(world, sites, client, path):
    mark = "tag{word}" if "tags" in path else "story{word}"
    for site in sites:
        slugs = public_slugs(site)
        expected = {name for name, case in world.cases.items() if case.issue.slug in slugs}
        for way in (ask_by_host, ask_by_name):
            assert world.shown(told(way(client, site, path)), mark) == expected


@pytest.mark.parametrize("path", ["/sitemap.xml", "/tags/every/", "/search/?q=happened"])
def test_pages_and_sitemap_are_those_of_the_host(world, sites, client, path):
    for site in sites:
        slugs = public_slugs(site)
        text = told(ask_by_host(client, site, path))
        expected = {name for name, case in world.cases.items() if case.issue.slug in slugs}
        assert world.shown(text, "/slug{word}/") == expected, site


def test_other_sites_issue_is_none(world, sites, client):
    case = world.cases["of_another_site"]
    there = Site.objects.get(root_page=case.parent.get_parent())
    for door in [*doors.DETAILS, *doors.DIGESTS, doors.FILTERED[0], doors.FILTERED[1]]:
        path, nowhere = door.format(**case.address), door.format(**NOBODY)
        for site in sites:
            response = ask_by_host(client, site, path)
            if site == there:
                assert response.status_code == 200, door
            else:
                assert same_answer(response, ask_by_host(client, site, nowhere)), (site, door)


def test_host_that_nobody_serves_shows_the_default_site(world, client):
    usual, unknown = (
        ask(client, "/api/v1/issues/?limit=100&fields=id", host=host).json()["results"]
        for host in ("localhost", "unknown.example")
    )
    assert usual == unknown
    Site.objects.update(is_default_site=False)
    response = ask(client, "/api/v1/issues/?limit=100", host="unknown.example")
    assert response.status_code == 404
    assert world.secrets_in(told(response)) == []


def test_answer_by_host_and_by_name_are_about_the_same(world, sites, client):
    for site in sites:
        path = "/api/v1/issues/?limit=100&fields=id,url,title,digest"
        by_host, by_name = ask_by_host(client, site, path), ask_by_name(client, site, path)
        strip = [
            [{"id": issue["id"], "url": issue["url"]} for issue in response.json()["results"]]
            for response in (by_host, by_name)
        ]
        assert strip[0] == strip[1]
        names = [[name for name, _value in headers_of(answer)] for answer in (by_host, by_name)]
        assert json.dumps(names[0]) == json.dumps(names[1])
