"""Promoted results of a query, as readers see them."""

import pytest
from django.apps import apps
from wagtail.contrib.search_promotions.models import Query, SearchPromotion
from wagtail.models import Page, Site

from digest.contrib.search.promotions import promoted
from tests.builders import expire, make_issue, restrict

pytestmark = pytest.mark.django_db


def promote(text, order=0, **fields):
    """Create a promoted result of a query, as Wagtail's form does."""
    return SearchPromotion.objects.create(query=Query.get(text), sort_order=order, **fields)


def link(url="https://example.com/", text="Elsewhere"):
    return {"external_link_url": url, "external_link_text": text}


def titles(text, site):
    return [promotion.title for promotion in promoted(text, site)]


def test_pages_and_links_come_in_the_editors_order(site, digest):
    issue = make_issue(digest, title="The issue")
    promote("heat pump", 1, page=issue.page_ptr, description="All of it")
    promote("heat pump", 0, **link())
    first, second = promoted("heat pump", site)
    assert first == ("Elsewhere", "", "https://example.com/", None)
    assert (second.title, second.description, second.page) == ("The issue", "All of it", issue)
    assert second.url == "http://localhost/daily/2026-04-14/"


@pytest.mark.parametrize("text", ["Heat Pump", " heat  pump\n", "HEAT PUMP"])
def test_case_and_spaces_are_ignored(site, digest, text):
    promote("heat pump", **link())
    assert titles(text, site) == ["Elsewhere"]


@pytest.mark.parametrize("text", ["heat", "heat pumps", "", "heat\x00pump", "x" * 300])
def test_another_query_has_nothing_promoted(site, text):
    promote("heat pump", **link())
    assert titles(text, site) == []


def test_reading_promotions_writes_nothing(site):
    promoted("heat pump", site)
    assert not Query.objects.exists()


def test_only_public_pages_are_promoted(site, digest, home_page):
    gone, expired, private = (make_issue(digest, day) for day in (1, 2, 3))
    for page in (gone, expired, private):
        promote("heat pump", page=page.page_ptr, description="Secret")
    assert len(titles("heat pump", site)) == 3
    gone.unpublish()
    expire(expired)
    restrict(private)
    assert titles("heat pump", site) == []


def test_page_of_another_site_is_not_promoted(site, digest):
    root = Page.objects.get(depth=1).add_child(instance=Page(title="Other", slug="other"))
    other = Site.objects.create(hostname="other.example", root_page=root)
    promote("heat pump", page=make_issue(digest).page_ptr)
    assert titles("heat pump", other) == []
    assert len(titles("heat pump", site)) == 1


@pytest.mark.parametrize("url", ["ftp://example.com/", "javascript:alert(1)", "//example.com", ""])
def test_only_web_links_are_promoted(site, url):
    promote("heat pump", **link(url))
    assert titles("heat pump", site) == []


def test_nothing_is_promoted_without_wagtails_app(site, monkeypatch):
    promote("heat pump", **link())
    monkeypatch.setattr(apps, "is_installed", lambda name: False)
    assert titles("heat pump", site) == []


def test_number_of_database_queries_does_not_grow_with_promotions(
    site, digest, django_assert_max_num_queries
):
    for day in range(1, 8):
        promote("heat pump", day, page=make_issue(digest, day).page_ptr)
    with django_assert_max_num_queries(8):
        assert len(promoted("heat pump", site)) == 7
