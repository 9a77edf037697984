"""Thousands of private pages and aliases and deep trees do not need more queries."""

import re

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Locale, Page, PageViewRestriction, Site

from digest import visibility
from digest.models import IssuePage
from tests.builders import make_digest, make_issue, restrict
from tests.visibility.oracle import Oracle
from tests.visibility.responses import fetch

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

MANY = 2000


def add_pages(parent, number, sources=None):
    """Create live pages below another in bulk; aliases if sources are given."""
    kind, locale = ContentType.objects.get_for_model(Page), Locale.get_default()
    created = Page.objects.bulk_create(
        Page(
            title="Page",
            draft_title="Page",
            slug=f"p{index}",
            path=Page._get_path(parent.path, parent.depth + 1, index + 500),
            depth=parent.depth + 1,
            url_path=f"{parent.url_path}p{index}/",
            content_type=kind,
            locale=locale,
            alias_of=sources[index] if sources else None,
        )
        for index in range(number)
    )
    return list(created)


def close(pages):
    PageViewRestriction.objects.bulk_create(
        PageViewRestriction(page=page, restriction_type=PageViewRestriction.LOGIN) for page in pages
    )


def section(home_page, slug):
    return home_page.add_child(instance=Page(title=slug, slug=slug))


def public_pks(queryset=None):
    pages = Page.objects.all() if queryset is None else queryset
    return set(visibility.public(pages).values_list("pk", flat=True))


def queries_of(act):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        act()
    return [query["sql"] for query in queries]


def parts_of(sql):
    """Return the number of conditions in a query, however long their lists are."""
    return len(re.findall(r"\b(?:AND|OR|LIKE|IN)\b", sql))


def test_restrictions_need_few_queries(home_page, digest, site):
    def look():
        list(visibility.public(IssuePage.objects.all(), site))

    issue = make_issue(digest)
    assert len(queries_of(look)) == 2  # the restrictions, and the pages
    restriction = restrict(issue)
    assert len(queries_of(look)) == 4  # the restricted page, and its aliases
    restriction.delete()
    issue.create_alias(parent=make_digest(home_page, "weekly"))
    restrict(issue)
    assert len(queries_of(look)) == 5


def test_snapshot_reads_restrictions_once(home_page, digest, site):
    def several_times():
        with visibility.snapshot():
            for _time in range(3):
                list(visibility.public(IssuePage.objects.all(), site))

    assert len(queries_of(several_times)) == 4


def test_thousands_of_private_pages_need_as_many_queries_and_conditions_as_two(home_page):
    pages = add_pages(section(home_page, "many"), MANY)
    close(pages[:2])
    few = queries_of(public_pks)
    close(pages[2 : MANY - 1])
    many = queries_of(public_pks)
    assert len(many) == len(few) == 5  # with that for the root pages of all sites
    assert [parts_of(sql) for sql in many] == [parts_of(sql) for sql in few]
    assert public_pks() == Oracle().seen(Page.objects.values_list("pk", flat=True))
    assert pages[-1].pk in public_pks()


def test_thousands_of_aliases_of_private_pages_are_hidden(home_page):
    sources = add_pages(section(home_page, "sources"), MANY)
    aliases = add_pages(section(home_page, "aliases"), MANY, sources)
    again = add_pages(section(home_page, "again"), MANY, aliases)
    close(sources[1:])
    assert len(queries_of(public_pks)) == 7  # aliases, and aliases of aliases, once each
    shown = public_pks(Page.objects.filter(pk__in=[p.pk for p in (*aliases, *again)]))
    assert shown == {aliases[0].pk, again[0].pk}


def test_private_page_on_every_level_of_a_deep_tree(home_page):
    pages, parent = [], home_page
    for _level in range(55):
        parent, beside = add_pages(parent, 2)
        pages += [parent, beside]
    close(pages[20::2])
    assert public_pks() == Oracle().seen(Page.objects.values_list("pk", flat=True))
    assert parts_of(queries_of(public_pks)[-1]) < 20  # all are below the first of them


def test_many_sites_need_few_conditions(home_page):
    roots = add_pages(section(home_page, "roots"), 1100)  # SQLite takes a depth of 1000
    Site.objects.bulk_create(
        Site(hostname=f"s{index}.example", root_page=page) for index, page in enumerate(roots)
    )
    home_page.unpublish()
    assert public_pks() == Oracle().seen(Page.objects.values_list("pk", flat=True))
    Site.objects.filter(is_default_site=True).delete()
    assert public_pks() == Oracle().seen(Page.objects.values_list("pk", flat=True))
    assert parts_of(queries_of(public_pks)[-1]) < 20


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/issues/?include=body&count=true",
        "/api/v1/issues/?digest=daily&tag=every",
        "/api/v1/stories/?q=happened",
        "/api/v1/tags/",
        "/api/v1/site/",
        "/feeds/daily/rss.xml",
        "/sitemap.xml",
        "/llms.txt",
        "/search/?q=happened",
        "/",
        "/daily/",
    ],
)
def test_endpoints_need_no_more_queries_with_thousands_of_private_pages(
    home_page, digest, client, path
):
    for day in (1, 2, 3):
        make_issue(digest, day, tags=("every",))
    many = section(home_page, "many")
    sources = add_pages(many, MANY)
    fetch(client, path)  # creates the renditions
    restrict(many)
    before = queries_of(lambda: fetch(client, path))
    response = fetch(client, path)
    close([*sources, many])
    after = queries_of(lambda: fetch(client, path))
    assert len(after) == len(before)
    assert fetch(client, path).content == response.content
