"""Transactions that commit at the same time on PostgreSQL, where each has to change the version."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction
from taggit.models import Tag
from wagtail.models import Page

from digest.caching import content_version, triggers
from digest.caching.content_version import ChangeMarker, ContentVersion
from digest.models import IssueTag
from digest.registry import registry
from tests.builders import make_digest, make_issue

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


@pytest.fixture
def run() -> Iterator:
    """A function that calls another one in a connection of its own, and returns its future."""
    triggers.install_triggers("default")
    with ThreadPoolExecutor() as threads:
        yield lambda function: threads.submit(in_own_connection, function)


def in_own_connection(function):
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '20s'")
        return function()
    finally:
        connection.close()


def wait_for_lock(future: Future) -> None:
    """Return when a transaction waits for this one; fail if the future is done before."""
    with connection.cursor() as cursor:
        while not future.done():
            cursor.execute(
                "SELECT pg_sleep(0.01), EXISTS (SELECT FROM pg_locks"
                " WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
            )
            if cursor.fetchone()[1]:
                return
    pytest.fail(f"It did not wait: {future.result()}")


def retitle(page, title):
    Page.objects.filter(pk=page.pk).update(title=title)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_commit_that_waits_for_a_foreign_key_blocks_no_other(home_page, run):
    digest = make_digest(home_page)
    waiting, other = make_issue(digest, 14), make_issue(digest, 15)
    tag = Tag.objects.create(name="trams", slug="trams")

    def publish_with_tag():
        with transaction.atomic():
            retitle(waiting, "Trams")
            IssueTag.objects.create(tag_id=tag.pk, content_object=waiting)

    with transaction.atomic():
        Tag.objects.filter(pk=tag.pk).delete()
        waits = run(publish_with_tag)
        wait_for_lock(waits)
        run(lambda: retitle(other, "Buses")).result()
    with pytest.raises(IntegrityError):  # its tag is gone; no deadlock
        waits.result()
    assert list(Page.objects.filter(title__in=["Trams", "Buses"])) == [other.page_ptr]


@pytest.mark.parametrize(
    "check",
    [
        lambda: connection.check_constraints(),
        lambda: connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE"),
    ],
    ids=["as loaddata", "for the rest of the transaction"],
)
def test_check_of_constraints_blocks_no_commit(check, run):
    with transaction.atomic():
        Tag.objects.create(name="trams", slug="trams")
        check()
        Tag.objects.create(name="ferries", slug="ferries")
        run(lambda: Tag.objects.create(name="buses", slug="buses")).result()


def test_transactions_that_commit_at_once_each_change_the_version(run):
    seen = {content_version.current()}

    def commit_another():
        seen.add(content_version.current())
        Tag.objects.create(name="buses", slug="buses")
        seen.add(content_version.current())

    with transaction.atomic():
        Tag.objects.create(name="trams", slug="trams")
        run(commit_another).result()
    assert len(seen | {content_version.current()}) == 3


def test_version_changes_if_its_row_comes_from_another_server(run):
    def restore(transaction_id):
        """Write a token as a transaction of this number may have written it elsewhere."""
        ContentVersion.objects.update(token=f"{transaction_id}-restored")

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        (transaction_id,) = cursor.fetchone()
        run(lambda: restore(transaction_id)).result()
        Tag.objects.create(name="trams", slug="trams")
    assert content_version.current() != f"{transaction_id}-restored"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_markers_name_the_objects_and_stay_if_an_app_reads_them(home_page, run):
    issue = make_issue(make_digest(home_page))
    with transaction.atomic(), connection.cursor() as cursor:
        issue.tags.add("Trams")
        issue.save()
        Tag.objects.filter(name="Trams").update(slug="trams-only")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        marked = set(ChangeMarker.objects.values_list("model", "object_id"))
        tag = Tag.objects.get(name="Trams")
    assert marked >= {("wagtailcore.page", str(issue.pk)), ("taggit.tag", str(tag.pk))}
    assert "digest.issuetag" not in {model for model, _ in marked}
    assert ChangeMarker.objects.exists() is registry.keeps_markers


def test_truncated_table_changes_the_version(run):
    before = content_version.current()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE wagtailredirects_redirect")
    assert content_version.current() not in {before, None}
