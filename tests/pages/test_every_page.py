"""What holds for all pages and previews: drafts, tags, size, structure, no third-party requests."""

import json
from itertools import pairwise

import pytest
from bs4 import BeautifulSoup
from django.contrib.staticfiles import finders
from django.core.cache import caches
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Collection, CollectionViewRestriction, Locale, Page, Site

from digest.models import DigestPage, IssuePage
from tests.builders import block, body, make_digest, make_full_issue, make_image, make_issue, story
from tests.html import read, texts
from tests.optional_apps import served

pytestmark = pytest.mark.django_db


@pytest.fixture
def digest(home_page):
    return make_digest(home_page, title="The Daily", tagline="One letter a day.")


@pytest.fixture
def issue(digest):
    return make_full_issue(digest)


def number_of_queries(client, url: str) -> int:
    client.get(url)  # makes the renditions
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


# Previews


@pytest.mark.parametrize(
    "blocks",
    [
        [],
        [block("story_section")],
        [block("headline", headline="", summary="")],
        [story(heading="", body="", why_it_matters="")],
        [block("bottom_line", text=""), block("sources", items=[])],
    ],
)
def test_incomplete_draft_can_be_previewed(digest, blocks):
    draft = make_issue(digest, publish=False, title="Draft", body=json.dumps(blocks))
    response = draft.get_latest_revision_as_object().make_preview_request()
    assert response.status_code == 200
    assert "Draft</h1>" in response.content.decode()


def test_unsaved_issue_can_be_previewed(admin_client, digest):
    edit = reverse("wagtailadmin_pages:preview_on_add", args=["digest", "issuepage", digest.pk])
    form = {"title": "New", "slug": "new", "date": "2026-04-14", "body-count": "0"}
    assert admin_client.post(edit, form).json()["is_valid"]
    page = BeautifulSoup(admin_client.get(edit, {"in_preview_panel": "true"}).content, "lxml")
    assert texts(page, "h1") == ["New"]
    assert page.base["target"] == "_blank"


@pytest.mark.parametrize("name", IssuePage.body.field.stream_block.child_blocks)
def test_block_picker_shows_a_preview_of_each_block(admin_client, name):
    definition = IssuePage.body.field.stream_block.child_blocks[name]
    url = reverse("wagtailadmin_block_preview")
    page = read(admin_client, f"{url}?id={definition.definition_prefix}")
    assert "digest.css" in str(page.head)
    assert len(page.select_one(".digest-block-preview").get_text().strip()) > 20


# Tags


def test_tag_page_lists_the_issues_of_all_digests(client, digest, home_page):
    make_issue(digest, 13, title="One", tags=("Power",))
    make_issue(make_digest(home_page, "weekly"), 14, title="Two", tags=("Power",))
    make_issue(digest, 15, title="Other", tags=("Heat",))
    page = read(client, "/tags/power/")
    assert texts(page, "h3") == ["Two", "One"]
    assert texts(page, ".digest-tags [aria-current]") == ["Power", "Power"]
    assert texts(page, "article .digest-label") == ["Weekly", "The Daily"]


def test_tag_without_public_issues_does_not_exist(client, digest):
    make_issue(digest, tags=("Power",), publish=False)
    assert client.get("/tags/power/").status_code == 404
    assert client.get("/tags/never-used/").status_code == 404


def test_tag_page_lists_issues_of_its_site_only(client, digest, home_page):
    root = home_page.get_parent().add_child(instance=Page(title="Other", slug="other"))
    Site.objects.create(hostname="other.example", root_page=root)
    make_issue(digest, tags=("Power",))
    assert client.get("/tags/power/", headers={"host": "other.example"}).status_code == 404


def test_tag_without_a_slug_is_not_linked(client, digest):
    only, both = make_issue(digest, 13, tags=("🚀",)), make_issue(digest, 14, tags=("🚀", "Power"))
    assert not read(client, only.url).select(".digest-tags")
    assert texts(read(client, both.url), ".digest-tags li") == ["Power"]
    assert texts(read(client, digest.url), ".digest-tags li") == ["Power"]


# All pages


def test_page_with_a_private_image_equals_one_without(client, digest):
    private = Collection.get_first_root_node().add_child(name="Private")
    CollectionViewRestriction.objects.create(
        collection=private, restriction_type=CollectionViewRestriction.LOGIN
    )
    issue = make_issue(digest, tags=("Power",))
    urls = served("/", digest.url, issue.url, "/tags/power/", "/search/?q=happened")
    without = [client.get(url).content for url in urls]
    for model in (DigestPage, IssuePage):
        model.objects.update(image=make_image("Secret", private))
    assert [client.get(url).content for url in urls] == without


def test_link_preview_shows_the_digest_image_if_the_issue_image_is_private(client, digest):
    private = Collection.get_first_root_node().add_child(name="Private")
    CollectionViewRestriction.objects.create(
        collection=private, restriction_type=CollectionViewRestriction.LOGIN
    )
    DigestPage.objects.update(image=make_image())
    issue = make_issue(digest)
    without = client.get(issue.url).content
    IssuePage.objects.update(image=make_image("Secret", private))
    assert b"og:image" in without
    assert client.get(issue.url).content == without


def test_number_of_queries_does_not_grow_with_stories(client, digest):
    def issue_of(day, stories):
        text = f'<p><a linktype="page" id="{digest.pk}">x</a></p>'
        chosen = [{"image": make_image().pk, "alt_text": "x"} for _ in range(stories)]
        return make_issue(digest, day, body=body(*(story(image=c, body=text) for c in chosen)))

    few, many = issue_of(1, 2), issue_of(2, 8)
    assert number_of_queries(client, few.url) == number_of_queries(client, many.url)


def test_number_of_queries_does_not_grow_with_tags(client, digest):
    tags = ("Power", "Heat", "Water", "Wind")
    few = make_issue(digest, 20, tags=tags[:1])
    many = make_issue(digest, 21, tags=tags)
    for day in range(1, 9):
        make_issue(digest, day, tags=tags)
    assert number_of_queries(client, few.url) == number_of_queries(client, many.url)


def test_page_declares_its_language(client, digest):
    issue = make_issue(digest)
    IssuePage.objects.update(locale=Locale.objects.create(language_code="ar"))
    html = read(client, issue.url).html
    assert (html["lang"], html["dir"]) == ("ar", "rtl")


@pytest.mark.optional_apps
def test_search_page_declares_the_language_of_the_site(client, settings):
    assert read(client, "/search/?q=x").html["lang"] == settings.LANGUAGE_CODE


@pytest.mark.parametrize("url", served("/", "/daily/", "/tags/power/", "/search/?q=happened"))
def test_number_of_queries_does_not_grow_with_issues(client, digest, url):
    def add(days) -> None:
        for day in days:
            make_issue(digest, day, tags=("Power", f"Tag {day}"), image=make_image())

    add(range(1, 3))
    few = number_of_queries(client, url)
    add(range(3, 7))
    assert number_of_queries(client, url) == few


def test_pages_do_not_depend_on_the_site_templates(client, issue, settings):
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": []}]
    page = read(client, issue.url)
    assert page.select_one("body > header a")["href"] == "/"
    assert not page.select("body > header nav")


PAGES = served("/", "/daily/", "/daily/2026-04-14/", "/tags/power/", "/search/?q=grids")


@pytest.fixture(scope="module")
def pages(django_db_setup, django_db_blocker) -> dict[str, BeautifulSoup]:
    """Return the pages of a site with a full issue, which is rolled back once they are read."""
    with django_db_blocker.unblock(), transaction.atomic():
        for each in caches.all():
            each.clear()
        make_full_issue(make_digest(Site.objects.get().root_page.specific))
        read_pages = {url: read(Client(), url) for url in PAGES}
        transaction.set_rollback(True)
    return read_pages


@pytest.fixture(params=PAGES)
def page(request, pages) -> BeautifulSoup:
    return pages[request.param]


def test_page_loads_nothing_from_other_hosts(page):
    loaded = page.select("script[src], img, source, iframe, link[rel=stylesheet], link[rel=icon]")
    urls = [el.get("src") or el.get("href") or el.get("srcset") for el in loaded]
    assert not [url for url in urls if not url.startswith("/")]


def test_page_has_neither_inline_styles_nor_inline_scripts(page):
    assert not page.select("style, [style], script:not([src]):not([type='application/ld+json'])")
    assert not [name for el in page.find_all() for name in el.attrs if name.startswith("on")]


def test_page_has_landmarks_and_headings_in_order(page):
    assert [len(page.select(name)) for name in ("main", "h1", "body > header")] == [1, 1, 1]
    levels = [int(heading.name[1]) for heading in page.select("h1, h2, h3, h4, h5, h6")]
    assert all(below <= above + 1 for above, below in pairwise(levels))
    assert page.select_one("a")["href"] == f"#{page.main['id']}"


def test_page_has_each_id_once(page):
    ids = [element["id"] for element in page.select("[id]")]
    assert len(ids) == len(set(ids))


@pytest.mark.optional_apps
def test_error_page_needs_no_static_files(settings):
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    }
    page = BeautifulSoup(render_to_string("500.html"), "lxml")
    assert texts(page, "h1") == ["Something went wrong"]
    assert not page.select("link:not([href^='data:']), script, img")


def test_style_and_script_stay_small():
    for name, limit in (("digest.css", 20_000), ("discussion.js", 3_000)):
        with open(finders.find(f"digest/{name}"), "rb") as file:
            assert len(file.read()) < limit
