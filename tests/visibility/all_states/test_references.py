"""How a hidden page, image or source appears inside of public ones: not at all."""

import json
import re

import pytest
from django.test import override_settings

from digest.models import IssuePage
from tests.builders import body, make_issue, restrict, story
from tests.visibility.answers import ask, told
from tests.visibility.oracle import Oracle

pytestmark = pytest.mark.django_db


@pytest.fixture
def everywhere(world, client):
    """The issue that links to all others, in every format it is to be had in."""
    pk, slug = world.referring.pk, world.referring.slug
    return [
        ask(client, path).content.decode().replace("\\n", "").replace('\\"', '"')
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


def test_links_to_hidden_pages_keep_their_words_and_lose_their_address(world, everywhere):
    # A page of another site is linked by its absolute address, which is public there.
    expected = world.public | {"of_another_site"}
    for text in everywhere:
        assert world.shown(text) == expected
        for name in world.cases:
            assert f"link to {name}" in text.replace("\\\\_", "_").replace("\\_", "_")


def test_text_format_tells_no_address_at_all(world, client):
    text = told(ask(client, f"/api/v1/issues/{world.referring.pk}/?rich_text=text&fields=body"))
    assert world.shown(text) == set()


@pytest.mark.parametrize(
    "name", ["with_a_private_image", "with_an_image_of_a_private_subcollection"]
)
def test_image_of_a_private_collection_is_null(world, client, name):
    issue = ask(client, f"/api/v1/issues/{world.cases[name].issue.pk}/").json()
    [told_story] = [block for block in issue["body"] if block["type"] == "story_section"]
    assert issue["image"] is told_story["value"]["image"] is issue["seo"]["image_url"] is None
    assert "image" not in issue["seo"]["json_ld"]
    assert "<img" not in json.dumps(issue)


def test_source_of_an_alias_is_named_where_it_is_public_alone(world, client):
    def canonical(name):
        issue = ask(client, f"/api/v1/issues/{world.cases[name].issue.pk}/").json()
        return issue["seo"]["canonical_url"].rstrip("/").rpartition("/")[2]

    assert canonical("alias") == "sourceqaliasq"
    hidden_source = "alias_of_an_issue_in_a_private_digest"
    assert canonical(hidden_source) == world.cases[hidden_source].issue.slug


def test_hidden_digest_of_a_public_issue_is_null(world, client):
    for name in ("below_an_unpublished_digest", "below_an_expired_digest"):
        issue = ask(client, f"/api/v1/issues/{world.cases[name].issue.pk}/").json()
        assert issue["digest"] is issue["discussion"] is None
        assert "isPartOf" not in issue["seo"]["json_ld"]
        assert world.cases[name].digest.title not in json.dumps(issue)


@pytest.mark.parametrize("i18n", [False, True])
def test_translations_are_the_public_ones(world, client, i18n):
    with override_settings(WAGTAIL_I18N_ENABLED=i18n):
        live = ask(client, f"/api/v1/issues/{world.cases['live'].issue.pk}/").json()
        other = ask(client, f"/api/v1/issues/{world.cases['alias'].issue.alias_of_id}/").json()
    expected = [world.french.pk] if i18n else []
    assert [translation["id"] for translation in live["translations"]] == expected
    assert other["translations"] == []


@pytest.mark.parametrize("i18n", [False, True])
def test_other_language_is_shown_with_i18n_alone(world, client, i18n):
    doors = (
        "/api/v1/issues/?limit=100",
        "/api/v1/issues/?limit=100&locale=fr",
        "/api/v1/stories/?limit=100&locale=fr",
        f"/api/v1/issues/{world.french.pk}/",
        "/sitemap.xml",
    )
    with override_settings(WAGTAIL_I18N_ENABLED=i18n):
        for door in doors:
            text = ask(client, door).content.decode()
            assert (re.search(r"slugfrench\b", text) is not None) is i18n, door
            assert "slugfrenchdraft" not in text
        assert ask(client, f"/api/v1/issues/{world.french_draft.pk}/").status_code == 404
        feed = f"/feeds/{world.cases['live'].digest.slug}/feed.json"
        assert ("slugfrench/" in told(ask(client, f"{feed}?locale=fr"))) is i18n
        oracle = Oracle()
        shown = ask(client, "/api/v1/issues/?limit=100&count=true").json()["count"]
        pks = IssuePage.objects.values_list("pk", flat=True)
        assert shown == len(oracle.seen(pks, world.site))


def test_title_of_a_hidden_front_page_is_nowhere(world, client):
    world.home.title = "unsaidfrontpage"
    world.home.save()
    restrict(world.home)
    for path in ("/search/?q=x", "/tags/every/", "/nothing-here/", "/api/v1/", "/llms.txt"):
        assert "unsaidfrontpage" not in told(ask(client, path)), path


def test_story_that_is_in_a_hidden_issue_too_is_that_of_the_public_one(world, client):
    shared = story("Shared")
    case = world.cases["live"]
    shown = make_issue(case.digest, 20, body=body(shared), slug="shown")
    hidden = make_issue(case.digest, 21, body=body(shared), slug="hidden", publish=False)
    restricted = make_issue(case.digest, 22, body=body(shared), slug="restricted")
    restrict(restricted)
    found = ask(client, f"/api/v1/stories/{shared['id']}/").json()
    assert found["issue"]["id"] == shown.pk
    assert hidden.pk not in {story["issue"]["id"] for story in stories_of(client)}


def stories_of(client):
    return ask(client, "/api/v1/stories/?limit=100&date_from=2026-04-19").json()["results"]
