"""Hidden pages, images and sources do not appear in public ones."""

import json
import re

import pytest
from django.test import override_settings

from digest.models import IssuePage
from tests.builders import body, make_issue, restrict, story
from tests.optional_apps import served
from tests.visibility.oracle import Oracle
from tests.visibility.responses import fetch, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def renderings(scenario, client):
    """The issue that links to all others, in every format."""
    pk, slug = scenario.referring.pk, scenario.referring.slug
    return [
        fetch(client, path).content.decode().replace("\\n", "").replace('\\"', '"')
        for path in (
            f"/api/v1/issues/{pk}/",
            f"/api/v1/issues/{pk}/?rich_text=markdown",
            f"/api/v1/issues/{pk}.md",
            "/api/v1/issues/?digest=links&include=body",
            "/api/v1/stories/?digest=links",
            "/feeds/links/rss.xml",
            "/feeds/links/atom.xml",
            "/feeds/links/feed.json",
            f"/links/{slug}/",
        )
    ]


def test_links_to_hidden_pages_become_text(scenario, renderings):
    # A page of another site is linked by its absolute URL, which is public there.
    expected = scenario.public | {"of_another_site"}
    for text in renderings:
        assert scenario.shown(text) == expected
        for name in scenario.cases:
            assert f"link to {name}" in text.replace("\\\\_", "_").replace("\\_", "_")


def test_text_format_has_no_urls(scenario, client):
    text = text_of(
        fetch(client, f"/api/v1/issues/{scenario.referring.pk}/?rich_text=text&fields=body")
    )
    assert scenario.shown(text) == set()


@pytest.mark.parametrize(
    "name", ["with_a_private_image", "with_an_image_of_a_private_subcollection"]
)
def test_image_of_a_private_collection_is_null(scenario, client, name):
    issue = fetch(client, f"/api/v1/issues/{scenario.cases[name].issue.pk}/").json()
    [first_story] = [block for block in issue["body"] if block["type"] == "story_section"]
    assert issue["image"] is first_story["value"]["image"] is issue["seo"]["image_url"] is None
    assert "image" not in issue["seo"]["json_ld"]
    assert "<img" not in json.dumps(issue)


def test_canonical_url_of_an_alias_is_its_source_if_public(scenario, client):
    def canonical(name):
        issue = fetch(client, f"/api/v1/issues/{scenario.cases[name].issue.pk}/").json()
        return issue["seo"]["canonical_url"].rstrip("/").rpartition("/")[2]

    assert canonical("alias") == "sourceqaliasq"
    hidden_source = "alias_of_an_issue_in_a_private_digest"
    assert canonical(hidden_source) == scenario.cases[hidden_source].issue.slug


def test_hidden_digest_of_a_public_issue_is_null(scenario, client):
    for name in ("below_an_unpublished_digest", "below_an_expired_digest"):
        issue = fetch(client, f"/api/v1/issues/{scenario.cases[name].issue.pk}/").json()
        assert issue["digest"] is issue["discussion"] is None
        assert "isPartOf" not in issue["seo"]["json_ld"]
        assert scenario.cases[name].digest.title not in json.dumps(issue)


@pytest.mark.parametrize("i18n", [False, True])
def test_translations_are_the_public_ones(scenario, client, i18n):
    with override_settings(WAGTAIL_I18N_ENABLED=i18n):
        live = fetch(client, f"/api/v1/issues/{scenario.cases['live'].issue.pk}/").json()
        other = fetch(client, f"/api/v1/issues/{scenario.cases['alias'].issue.alias_of_id}/").json()
    expected = [scenario.french.pk] if i18n else []
    assert [translation["id"] for translation in live["translations"]] == expected
    assert other["translations"] == []


@pytest.mark.parametrize("i18n", [False, True])
def test_other_language_is_shown_with_i18n_only(scenario, client, i18n):
    endpoints = (
        "/api/v1/issues/?limit=100",
        "/api/v1/issues/?limit=100&locale=fr",
        "/api/v1/stories/?limit=100&locale=fr",
        f"/api/v1/issues/{scenario.french.pk}/",
        "/sitemap.xml",
    )
    with override_settings(WAGTAIL_I18N_ENABLED=i18n):
        for endpoint in endpoints:
            text = fetch(client, endpoint).content.decode()
            assert (re.search(r"slugfrench\b", text) is not None) is i18n, endpoint
            assert "slugfrenchdraft" not in text
        assert fetch(client, f"/api/v1/issues/{scenario.french_draft.pk}/").status_code == 404
        feed = f"/feeds/{scenario.cases['live'].digest.slug}/feed.json"
        assert ("slugfrench/" in text_of(fetch(client, f"{feed}?locale=fr"))) is i18n
        oracle = Oracle()
        shown = fetch(client, "/api/v1/issues/?limit=100&count=true").json()["count"]
        pks = IssuePage.objects.values_list("pk", flat=True)
        assert shown == len(oracle.seen(pks, scenario.site))


def test_title_of_a_hidden_front_page_is_not_shown(scenario, client):
    scenario.home.title = "unsaidfrontpage"
    scenario.home.save()
    restrict(scenario.home)
    for path in served("/search/?q=x", "/tags/every/", "/nothing-here/", "/api/v1/", "/llms.txt"):
        assert "unsaidfrontpage" not in text_of(fetch(client, path)), path


def test_story_also_in_a_hidden_issue_belongs_to_the_public_one(scenario, client):
    shared = story("Shared")
    case = scenario.cases["live"]
    shown = make_issue(case.digest, 20, body=body(shared), slug="shown")
    hidden = make_issue(case.digest, 21, body=body(shared), slug="hidden", publish=False)
    restricted = make_issue(case.digest, 22, body=body(shared), slug="restricted")
    restrict(restricted)
    found = fetch(client, f"/api/v1/stories/{shared['id']}/").json()
    assert found["issue"]["id"] == shown.pk
    assert hidden.pk not in {story["issue"]["id"] for story in stories_of(client)}


def stories_of(client):
    return fetch(client, "/api/v1/stories/?limit=100&date_from=2026-04-19").json()["results"]
