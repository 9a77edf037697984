"""Feeds of a digest whose slug has changed: the old URLs redirect."""

import pytest
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Locale

from tests.builders import expire, make_digest, make_issue, restrict

pytestmark = pytest.mark.django_db
FORMATS = ("rss.xml", "atom.xml", "feed.json")


@pytest.fixture
def renamed(digest, rename):
    make_issue(digest, 14, tags=("Power",))
    return rename(digest, "evening")


@pytest.mark.parametrize("name", [*FORMATS, *(f"tags/power/{name}" for name in FORMATS)])
def test_feeds_at_the_old_slug_redirect(client, renamed, name):
    response = client.get(f"/feeds/daily/{name}?utm_source=reader")
    location = f"/feeds/evening/{name}?utm_source=reader"
    assert (response.status_code, response["Location"]) == (301, location)
    assert response["Cache-Control"] == "no-store"
    assert client.get(response["Location"]).status_code == 200


def test_every_old_slug_redirects_to_the_present_one(client, renamed, rename):
    rename(renamed, "night")
    for slug in ("daily", "evening"):
        assert client.get(f"/feeds/{slug}/rss.xml")["Location"] == "/feeds/night/rss.xml"
    rename(renamed, "daily")
    assert client.get("/feeds/daily/rss.xml").status_code == 200


def test_slug_in_another_script_redirects(client, home_page, rename):
    rename(make_digest(home_page, "вестник"), "herald")
    response = client.get("/feeds/вестник/rss.xml")
    assert response["Location"] == "/feeds/herald/rss.xml"


def test_digest_with_the_old_slug_has_its_own_feed(client, renamed, home_page):
    make_digest(home_page, "daily", title="Another")
    assert b"<title>Another</title>" in client.get("/feeds/daily/rss.xml").content


@pytest.mark.parametrize("slug", ["dail", "aily", "DAILY", "2026-04-14", "nothing"])
def test_other_slugs_are_not_found(client, renamed, slug):
    assert client.get(f"/feeds/{slug}/rss.xml").status_code == 404


def test_redirect_of_an_editor_is_no_earlier_slug(client, digest):
    Redirect.objects.create(old_path="/promo", redirect_page=digest)
    assert client.get("/feeds/promo/rss.xml").status_code == 404


@pytest.mark.parametrize("hide", [restrict, expire, lambda page: page.unpublish()])
def test_hidden_digest_is_not_revealed(client, renamed, hide):
    nothing = client.get("/feeds/nothing/rss.xml").content
    hide(renamed)
    response = client.get("/feeds/daily/rss.xml")
    assert (response.status_code, response.content) == (404, nothing)


def test_hidden_digest_with_the_old_slug_does_not_count(client, renamed, home_page):
    restrict(make_digest(home_page, "daily"))
    assert client.get("/feeds/daily/rss.xml")["Location"] == "/feeds/evening/rss.xml"


def test_site_without_redirects_has_none(client, renamed, monkeypatch):
    monkeypatch.setattr("digest.pages.paths.apps.is_installed", lambda name: False)
    assert client.get("/feeds/daily/rss.xml").status_code == 404


def test_translation_redirects_in_its_language(client, settings, home_page, digest, rename):
    settings.WAGTAIL_I18N_ENABLED = True
    settings.WAGTAIL_CONTENT_LANGUAGES = settings.LANGUAGES = [("en", "English"), ("fr", "French")]
    settings.ROOT_URLCONF = "tests.pages.urls_in_languages"
    french = Locale.objects.create(language_code="fr")
    home_page.copy_for_translation(french)
    translation = digest.copy_for_translation(french)
    translation.save_revision().publish()
    rename(translation, "soir")
    rename(digest, "evening")
    found = client.get("/feeds/daily/rss.xml?utm_source=a%26b&locale=fr")["Location"]
    assert found == "/feeds/soir/rss.xml?locale=fr&utm_source=a%26b"
    found = client.get("/feeds/daily/rss.xml?locale=&x=%0a")["Location"]
    assert found == "/feeds/evening/rss.xml?x=%0A"
