"""Compiled statements return what their querysets return, whatever the values are."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db.models import F, Q
from django.db.models.lookups import In
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone
from taggit.models import Tag
from wagtail.models import Page, PageViewRestriction

from digest import memo, statements, visibility
from digest.models import IssuePage
from digest.pages.listing import neighbours, with_digests
from tests.builders import make_digest, make_issue

pytestmark = pytest.mark.django_db
TEXTS = ["", "'", "' OR 1=1 --", "%s", "%(name)s", "100%", "\\", '"', "ł", "a\nb"]


@pytest.fixture
def compiled(monkeypatch):
    """Count how often Django compiles a query."""
    found, as_sql = [], SQLCompiler.as_sql
    monkeypatch.setattr(
        SQLCompiler, "as_sql", lambda self, *args: found.append(1) or as_sql(self, *args)
    )
    return found


def tags_named(name):
    return Tag.objects.filter(name=name)


def test_value_is_not_part_of_the_sql(cached):
    for text in TEXTS:
        Tag.objects.create(name=text, slug=f"tag-{uuid4()}")
    for text in TEXTS:
        assert [tag.name for tag in statements.fetch(("named",), tags_named, name=text)] == [text]


def test_query_is_compiled_once(cached, compiled):
    for text in TEXTS:
        statements.fetch(("named",), tags_named, name=text)
    assert len(compiled) == 1


def test_query_is_compiled_again_without_a_version(compiled):
    for text in TEXTS[:3]:
        statements.fetch(("named",), tags_named, name=text)
    assert len(compiled) == 3


def test_lists_of_another_length_are_another_statement(cached, home_page):
    pages = [make_digest(home_page, f"digest-{number}") for number in range(3)]
    for number in (2, 1, 3, 2, 0):
        pks = [page.pk for page in pages[:number]]
        found = statements.fetch(
            ("pages",), lambda pks: Page.objects.filter(pk__in=pks).order_by("pk"), pks=pks
        )
        assert [page.pk for page in found] == pks


def test_rows_are_those_of_the_queryset(cached, digest):
    issue = make_issue(digest, date(2026, 3, 2))

    def instances(day):
        return IssuePage.objects.filter(date=day).select_related("locale").only("date", "locale")

    def tuples(day):
        return IssuePage.objects.filter(date=day).values_list("pk", "date", "latest_revision")

    for build in (instances, tuples):
        for day in (date(2026, 3, 1), issue.date):
            assert statements.fetch((build.__name__,), build, day=day) == list(build(day))
    [found] = statements.fetch(("instances",), instances, day=issue.date)
    assert found.get_deferred_fields() == instances(issue.date).get().get_deferred_fields()
    assert "locale" in found._state.fields_cache
    assert not found._state.adding


def test_expiry_is_compared_with_the_time_of_each_query(cached, digest):
    now = timezone.now()
    issue = make_issue(digest, expire_at=now + timedelta(hours=1))

    def public(pk):
        return visibility.public(IssuePage.objects.filter(pk=pk))

    for hours, is_shown in ((0, True), (2, False), (0, True)):
        with visibility.at(now + timedelta(hours=hours)):
            found = statements.fetch(("public",), public, pk=issue.pk)
        assert bool(found) is is_shown


def test_times_and_ids_are_bound_as_the_database_has_them(cached, digest):
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    issue = make_issue(digest, last_published_at=at)

    def published(at, key):
        return IssuePage.objects.filter(last_published_at=at, translation_key=key)

    for key in (uuid4(), issue.translation_key):
        found = statements.fetch(("published",), published, at=at, key=key)
        assert found == list(published(at, key))


def test_specific_pages_are_specific(cached, digest):
    for _time in range(2):
        [found] = statements.fetch(
            ("specific",), lambda pk: Page.objects.filter(pk=pk).specific(), pk=digest.pk
        )
        assert type(found) is type(digest)


def test_number_of_statements_does_not_grow_with_lists(cached, compiled):
    def tags(pks):
        return Tag.objects.filter(In(F("pk"), pks)).order_by("pk")

    created = [Tag.objects.create(name=f"{n}", slug=f"{n}").pk for n in range(140)]
    compiled.clear()
    for number in range(1, 129):
        found = statements.fetch(("tags",), tags, pks=created[:number])
        assert [tag.pk for tag in found] == created[:number]
    assert len(compiled) == 8
    assert len(statements.fetch(("tags",), tags, pks=created)) == 140
    assert len(compiled) == 9


def test_ids_of_any_size_are_no_error(cached):
    for pk in (1, 10**18 - 1):
        assert (
            statements.fetch(("big",), lambda pk: Page.objects.filter(pk=pk, depth=99), pk=pk) == []
        )


def test_queryset_without_rows_has_none(cached):
    for _time in range(2):
        assert statements.fetch(("none",), lambda pk: Page.objects.filter(pk__in=[]), pk=1) == []


def test_prefetched_rows_are_prefetched(cached, digest):
    issue = make_issue(digest)
    for _time in range(2):
        [found] = statements.fetch(
            ("prefetched",),
            lambda pk: IssuePage.objects.filter(pk=pk).prefetch_related("tagged_items"),
            pk=issue.pk,
        )
        assert "tagged_items" in found._prefetched_objects_cache


@pytest.mark.parametrize("is_saved", [True, False])
def test_neighbours_are_the_same_compiled_or_not(digest, home_page, is_saved):
    days = [date(2026, 3, day) for day in (1, 2, 2, 2, 3)]
    issues = [make_issue(digest, day) for day in days]
    other_digest = make_digest(home_page, "other")
    other = [make_issue(other_digest, day) for day in days]
    hidden = make_issue(digest, date(2026, 3, 2))
    PageViewRestriction.objects.create(page=hidden, restriction_type="login")
    shown = [*issues, *other]
    if not is_saved:
        for issue in shown:
            issue.pk = None
    plain = [neighbours(issue) for issue in shown]
    memo.clear()
    with memo.reading("one"):
        assert [neighbours(issue) for issue in shown] == plain
    if is_saved:
        pks = [issue.pk for issue in issues]
        before = [near["previous"] and near["previous"].pk for near in plain[:5]]
        assert before == [None, *pks[:4]]


def test_digests_have_their_locale_without_another_query(cached, digest, django_assert_num_queries):
    issues = with_digests([make_issue(digest), make_issue(digest)])
    with django_assert_num_queries(0):
        assert [issue.digest.locale.language_code for issue in issues] == ["en", "en"]


def test_sql_is_compiled_once_and_has_the_values_of_each_query(cached, compiled):
    for text in TEXTS:
        sql, parameters = statements.sql(("named",), tags_named, name=text)
        assert parameters == (text,)
    assert "%s" in sql
    assert len(compiled) == 1


def test_query_without_a_key_is_compiled_each_time(cached, compiled):
    for text in TEXTS[:3]:
        assert statements.fetch(None, tags_named, name=text) == []
        assert tuple(statements.sql(None, tags_named, name=text)[1]) == (text,)
    assert len(compiled) == 6


def test_conditions_may_be_joined(cached, digest):
    issue = make_issue(digest)

    def either(pk, title):
        return IssuePage.objects.filter(Q(pk=pk) | Q(title=title), ~Q(pk=0))

    for pk, title in ((0, "none"), (issue.pk, "none"), (0, issue.title)):
        assert statements.fetch(("either",), either, pk=pk, title=title) == list(either(pk, title))
