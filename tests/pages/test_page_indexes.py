"""The indexes that the plugin adds to the table of pages."""

import pytest
from django.db import connection
from wagtail.models import Page

from digest.pages import page_indexes
from digest.pages.page_indexes import update_page_indexes

pytestmark = pytest.mark.django_db
NAMES = {"digest_page_expires", "digest_page_in_menus"}


def existing() -> set[str]:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, Page._meta.db_table)
    return NAMES & found.keys()


def test_indexes_are_there_after_migrations():
    assert existing() == NAMES


def test_missing_index_is_created_and_others_stay():
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX digest_page_expires")
    update_page_indexes("default")
    update_page_indexes("default")
    assert existing() == NAMES


def test_indexes_are_dropped_with_the_tables_of_the_plugin(monkeypatch):
    monkeypatch.setattr(page_indexes.ContentVersion._meta, "db_table", "dropped")
    update_page_indexes("default")
    assert existing() == set()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads small tables whole")
def test_pages_that_expire_are_found_by_the_index():
    plan = Page.objects.order_by().filter(expire_at__gt="2026-01-01T00:00Z", live=True).explain()
    assert "digest_page_expires" in plan
