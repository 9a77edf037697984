"""Thousands of private pages and aliases, deep trees: the same answers from as many queries."""

import re

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Locale, Page, PageViewRestriction, Site

from digest import visibility
from digest.models import IssuePage
from tests.builders import make_digest, make_issue, restrict
from tests.visibility.answers import ask
from tests.visibility.oracle import Oracle

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

MANY = 2000


def add_pages(parent, number, sources=None):
    """Live pages below another, all at once; aliases of the sources where there are any."""
    kind, locale = ContentType.objects.get_for_model(Page), Locale.get_default()
    made = Page.objects.bulk_create(
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
    return list(made)


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
    """How many conditions a query has, however long their lists are."""
    return len(re.findall(r"\b(?:AND|OR|LIKE|IN)\b", sql))


def test_few_queries_tell_what_is_closed(home_page, digest, site):
    def look():
        list(visibility.public(IssuePage.objects.all(), site))

    issue = make_issue(digest)
    assert len(queries_of(look)) == 2  # what is closed, and the pages
    restriction = restrict(issue)
    assert len(queries_of(look)) == 4  # which page, and which aliases it has
    restriction.delete()
    issue.create_alias(parent=make_digest(home_page, "weekly"))
    restrict(issue)
    assert len(queries_of(look)) == 5


def test_a_whole_answer_asks_once_what_is_closed(home_page, digest, site):
    def several_times():
        with visibility.snapshot():
            for _time in range(3):
                list(visibility.public(IssuePage.objects.all(), site))

    assert len(queries_of(several_times)) == 4


def test_thousands_of_private_pages_are_as_many_queries_and_conditions_as_two(home_page):
    pages = add_pages(section(home_page, "many"), MANY)
    close(pages[:2])
    few = queries_of(public_pks)
    close(pages[2 : MANY - 1])
    many = queries_of(public_pks)
    assert len(many) == len(few) == 5  # with that for the roots of all sites
    assert [parts_of(sql) for sql in many] == [parts_of(sql) for sql in few]
    assert public_pks() == Oracle().seen(Page.objects.values_list("pk", flat=True))
    assert pages[-1].pk in public_pks()


def test_thousands_of_aliases_of_private_pages_are_closed(home_page):
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


def test_many_sites_are_few_conditions(home_page):
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
def test_doors_open_as_before_where_thousands_are_private(home_page, digest, client, path):
    for day in (1, 2, 3):
        make_issue(digest, day, tags=("every",))
    many = section(home_page, "many")
    sources = add_pages(many, MANY)
    ask(client, path)  # makes the renditions
    restrict(many)
    before = queries_of(lambda: ask(client, path))
    answer = ask(client, path)
    close([*sources, many])
    after = queries_of(lambda: ask(client, path))
    assert len(after) == len(before)
    assert ask(client, path).content == answer.content
