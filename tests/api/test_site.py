from urllib.parse import quote

import pytest
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from tests.builders import make_digest, make_issue, restrict
from tests.optional_apps import HAS_NEWSLETTER

pytestmark = pytest.mark.django_db


def at(get, path, status=200):
    return get(f"pages/?path={path}", status)


def test_site_is_complete(digest, site, get):
    site.site_name = "The Reading Room"
    site.save()
    issue = make_issue(digest)
    data = get("site/")
    assert data["name"] == "The Reading Room"
    assert data["root_url"] == "http://localhost"
    [locale] = data["locales"]
    assert (locale["code"], locale["is_default"], locale["url"]) == (
        "en",
        True,
        "http://localhost/",
    )
    [shown] = data["digests"]
    assert shown["latest_issue"]["id"] == issue.pk
    assert [feed["title"] for feed in shown["feeds"]] == ["RSS", "Atom", "JSON Feed"]
    assert data["sitemap_url"] == "http://localhost/sitemap.xml"


def test_navigation_has_the_public_pages_in_menus(digest, home_page, get):
    hidden = make_digest(home_page, "hidden", show_in_menus=True)
    restrict(hidden)
    digest.show_in_menus = True
    digest.save()
    [entry] = get("site/")["navigation"]
    assert (entry["id"], entry["type"], entry["level"]) == (digest.pk, "digest", 1)


def test_number_of_queries_is_constant(digest, home_page, client, django_assert_num_queries):
    def add(slugs):
        for slug in slugs:
            page = Page(title=slug, slug=slug, show_in_menus=True)
            home_page.add_child(instance=page)

    add(["a"])
    client.get("/api/v1/site/")
    with django_assert_num_queries(8 + HAS_NEWSLETTER):
        client.get("/api/v1/site/")
    add(["b", "c", "d", "e"])
    with django_assert_num_queries(8 + HAS_NEWSLETTER):
        client.get("/api/v1/site/")


@pytest.mark.parametrize("path", ["/daily/2026-04-14/", "/daily/2026-04-14"])
def test_issue_at_its_path(digest, get, path):
    issue = make_issue(digest, 14)
    data = at(get, path)
    assert (data["type"], data["id"], data["url"]) == ("issue", issue.pk, issue.full_url)
    assert get(data["api_url"])["id"] == issue.pk


def test_digest_and_other_pages_at_their_paths(digest, home_page, get):
    about = home_page.add_child(instance=Page(title="About", slug="about"))
    assert at(get, "/daily/")["api_url"] == "http://testserver/api/v1/digests/daily/"
    assert at(get, "/")["id"] == home_page.pk
    data = at(get, "/about/")
    assert (data["type"], data["id"], data["api_url"]) == ("page", about.pk, None)


@pytest.mark.parametrize("path", ["/nothing/", "//daily//", "/DAILY/", "/daily/../", "/a" * 900])
def test_other_paths_are_not_found(digest, get, path):
    at(get, path, 404)


@pytest.mark.parametrize("path", ["daily", "http://evil.example/", "/daily/%23x", "/a%00", ""])
def test_invalid_path_is_rejected(digest, get, path):
    assert at(get, path, 400)["errors"][0]["parameter"] == "path"


def test_hidden_page_is_not_found(digest, get):
    make_issue(digest, 14)
    restrict(digest)
    at(get, "/daily/2026-04-14/", 404)


def test_redirect_to_a_public_page(digest, get):
    issue = make_issue(digest, 14)
    Redirect.objects.create(old_path="/before", redirect_page=issue)
    data = at(get, "/before/")
    assert data == {"type": "redirect", "location": issue.full_url, "is_permanent": True}
    issue.unpublish()
    at(get, "/before/", 404)


def test_page_is_found_whatever_the_query(digest, get):
    assert at(get, "/daily/%3Fref=rss%26page=2")["type"] == "digest"


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/go.asp?lang=de&nr=7", "/exact/"),
        ("/go.asp?nr=7&lang=de", "/exact/"),  # as Wagtail sorts them
        ("/go.asp?nr=8", "/any/"),
        ("/go.asp/?fbclid=abc", "/any/"),
        ("/go.asp", "/any/"),
        ("/gr%C3%BC%C3%9Fe?wt=1", "/any/"),
    ],
)
def test_redirect_of_the_query_comes_before_that_of_the_path(digest, get, client, path, target):
    for old, new in (
        ("/go.asp?nr=7&lang=de", "/exact/"),
        ("/go.asp", "/any/"),
        ("/grüße", "/any/"),
    ):
        Redirect.add_redirect(old, new)
    assert at(get, quote(path))["location"].endswith(target)
    assert client.get(path)["Location"] == target  # as the site itself does


def test_redirect_of_a_query_alone_does_not_answer_for_its_path(digest, get):
    Redirect.add_redirect("/index.php?p=3", "/daily/")
    for path in ("/index.php", "/index.php?p=4", "/index.php?p=3&utm_medium=mail"):
        at(get, quote(path), 404)


def test_redirect_to_a_page_without_url_is_not_found(digest, get, monkeypatch):
    Redirect.objects.create(old_path="/before", redirect_page=make_issue(digest, 14))
    monkeypatch.setattr("digest.pages.public_urls.page_url", lambda *args: None)
    at(get, "/before/", 404)


@pytest.mark.parametrize(
    ("link", "location"),
    [("https://a.example/x", "https://a.example/x"), ("/daily/", "http://localhost/daily/")],
)
def test_redirect_to_a_link(digest, get, link, location):
    Redirect.objects.create(old_path="/before", redirect_link=link, is_permanent=False)
    assert at(get, "/before/")["location"] == location


def test_redirect_of_the_site_takes_precedence(digest, site, get):
    for where, link in ((None, "/of-all/"), (site, "/of-this/")):
        Redirect.objects.create(old_path="/before", redirect_link=link, site=where)
    assert at(get, "/before/")["location"].endswith("/of-this/")


def test_redirect_with_an_unsafe_scheme_is_not_found(digest, get):
    Redirect.objects.create(old_path="/before", redirect_link="javascript:alert(1)")
    at(get, "/before/", 404)


@pytest.mark.parametrize("name", ["other.example", "OTHER.example", "other.example:8080"])
def test_site_is_selected_by_host_name(digest, other_site, get, name):
    make_issue(digest, 14)
    [issue] = get(f"issues/?site={name}")["results"]
    assert issue["title"] == "Elsewhere"
    assert issue["url"].startswith("http://other.example:8080/weekly/")
    assert get(issue["api_url"])["id"] == issue["id"]
    get(f"issues/{issue['id']}/", 404)


@pytest.mark.parametrize("name", ["nowhere.example", "other.example:9", "a:b", "%00", "a b"])
def test_unknown_site_is_rejected(other_site, get, name):
    assert get(f"issues/?site={name}", 400)["errors"][0]["parameter"] == "site"


def test_next_page_is_of_the_same_site(other_site, get):
    make_issue(other_site.root_page.get_children().get().specific, 16)
    page = get("issues/?site=other.example&limit=1")
    assert "site=other.example" in page["next"]
    assert get(page["next"])["results"][0]["title"] == "Elsewhere"


def test_urls_are_those_of_the_frontend(digest, settings, get):
    settings.DIGEST_FRONTEND_URLS = {"http://localhost": "https://www.example.com"}
    issue = make_issue(digest, 14, tags=("Power",))
    data = get(f"issues/{issue.pk}/")
    assert data["url"] == "https://www.example.com/daily/2026-04-14/"
    assert data["digest"]["url"] == "https://www.example.com/daily/"
    assert data["seo"]["canonical_url"] == data["url"]
    assert data["api_url"].startswith("http://testserver/api/v1/")
    assert get("tags/power/")["url"] == "https://www.example.com/tags/power/"
    assert get("site/")["root_url"] == "https://www.example.com"
    assert at(get, "/daily/")["url"] == "https://www.example.com/daily/"


def test_digest_in_a_language(french, get):
    assert get("digests/daily/")["locale"] == "en"
    data = get("digests/daily/?locale=fr")
    assert (data["locale"], data["latest_issue"]["id"]) == ("fr", french.pk)
    assert get(data["api_url"])["locale"] == "fr"
    get("digests/daily/?locale=de", 404)


def test_issue_by_slugs_in_a_language(french, get):
    path = f"digests/{french.get_parent().slug}/issues/{french.slug}/"
    assert get(path + "?locale=fr")["title"] == "Le numéro"
    original = get("digests/daily/issues/2026-04-14/")
    assert original["locale"] == "en"
    assert [other["id"] for other in original["translations"]] == [french.pk]


def test_languages_of_the_site(french, get):
    assert [locale["code"] for locale in get("site/")["locales"]] == ["en", "fr"]
    assert len(get("issues/")["results"]) == 2
    assert [issue["id"] for issue in get("issues/?locale=fr")["results"]] == [french.pk]


def test_hidden_translation_is_not_listed(french, get):
    french.unpublish()
    assert get("digests/daily/issues/2026-04-14/")["translations"] == []


@pytest.fixture
def behind_languages(settings, french):
    """``i18n_patterns`` and LocaleMiddleware."""
    settings.ROOT_URLCONF = "tests.api.urls_behind_languages"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django.middleware.locale.LocaleMiddleware"]


@pytest.mark.parametrize("path", ["issues/9999/", "pages/?path=/nope/", "stories/x/", "nothing/"])
def test_404_does_not_redirect_to_a_language(behind_languages, client, path):
    response = client.get(f"/api/v1/{path}")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    assert client.get("/api/v2/nothing/").status_code == 404


def test_page_below_a_language_is_at_its_path(behind_languages, french, get):
    assert at(get, french.get_url_parts()[2])["id"] == french.pk
    assert at(get, "/en/daily/2026-04-14/")["locale"] == "en"


def test_accept_language_has_no_effect(behind_languages, client):
    for path in ("issues/?limit=0&date_from=x", "issues/", "site/"):
        responses = {
            client.get(f"/api/v1/{path}", headers={"accept-language": code}).content
            for code in ("en", "fr", "de;q=0.5")
        }
        assert len(responses) == 1


def test_story_in_another_language_has_its_own_api_url(french, get):
    [story] = get("stories/?locale=fr")["results"]
    assert story["locale"] == "fr"
    assert get(story["api_url"])["issue"]["id"] == french.pk
