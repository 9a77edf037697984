"""The database triggers that change the content version."""

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from taggit.models import Tag

from digest.caching import content_version, triggers
from digest.caching.content_version import UNSEEN, ChangeMarker, ContentVersion
from digest.models import IssueTag
from digest.registry import registry
from tests.builders import body, make_issue, story

# Apps that not every site has.
OPTIONAL = {"admin", "authtoken", "django_tasks_database", "wagtailforms"}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _version():
    """Restore the triggers and the version before and after each test."""
    triggers.install_triggers("default")
    yield
    triggers.install_triggers("default")


def installed():
    return triggers._installed(connection)


def test_migrations_leave_triggers_and_a_version():
    assert len(installed()) > 60
    assert content_version.current()


def test_version_is_read_with_any_driver_that_has_cursors(monkeypatch):
    with monkeypatch.context() as patch:
        driver = SimpleNamespace(cursor=connection.connection.cursor)
        patch.setattr(connections["default"], "connection", driver)
        assert content_version.current()


def test_version_changes_on_commit():
    before = content_version.current()
    with transaction.atomic():
        Tag.objects.create(name="trams", slug="trams")
        assert content_version.current() is None  # which sees its own uncommitted changes
    assert content_version.current() not in (before, None)


def test_rolled_back_change_does_not_change_the_version():
    before = content_version.current()
    with transaction.atomic():
        Tag.objects.create(name="trams", slug="trams")
        transaction.set_rollback(True)
    assert content_version.current() == before


def test_each_transaction_has_a_version_of_its_own():
    seen = {content_version.current()}
    for name in ("trams", "buses", "ferries"):
        Tag.objects.create(name=name, slug=name)
        seen.add(content_version.current())
    assert len(seen) == 4


def test_many_rows_of_one_transaction_are_one_change():
    with transaction.atomic():
        for number in range(50):
            Tag.objects.create(name=f"line {number}", slug=f"line-{number}")
    first = content_version.current()
    Tag.objects.all().delete()
    assert content_version.current() != first


def test_version_changes_with_raw_sql():
    before = content_version.current()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO taggit_tag (name, slug) VALUES ('trams', 'trams')")
    assert content_version.current() != before


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_drafts_with_tags_do_not_change_the_version(digest):
    make_issue(digest, 14, tags=("trams",))
    before = content_version.current()
    draft = make_issue(digest, 15, tags=("trams",), publish=False)
    draft.body = body(story("Trams"))
    draft.save()
    draft.delete()
    assert content_version.current() == before
    make_issue(digest, 16, tags=("trams",))
    assert content_version.current() not in (before, None)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_tags_of_a_live_page_change_the_version(digest):
    issue, draft = make_issue(digest, 14, tags=("trams",)), make_issue(digest, 15, publish=False)
    seen = {content_version.current()}
    for change in ({"content_object": draft}, {"content_object": issue}):
        IssueTag.objects.update(**change)
        seen.add(content_version.current())
    IssueTag.objects.all().delete()
    assert len(seen | {content_version.current()}) == 4


def test_there_is_no_version_while_migrations_run():
    triggers.remove_triggers("default", plan=[object()])
    assert (installed(), content_version.current()) == ({}, None)
    triggers.install_triggers("default")
    assert content_version.current()
    assert installed()


def test_migrate_without_migrations_changes_the_version_and_leaves_the_triggers():
    before, there = content_version.current(), installed()
    with CaptureQueriesContext(connection) as queries:
        call_command("migrate", verbosity=0)
    assert content_version.current() not in (before, None)
    assert installed() == there
    assert not [query for query in queries if "TRIGGER digest_content" in query["sql"]]


def test_missing_trigger_is_created_again():
    there = installed()
    name, table = next(iter(there.items()))
    on = f" ON {table}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{on}")
    triggers.install_triggers("default")
    assert installed() == there


def test_ignored_models_have_no_triggers(settings):
    settings.DIGEST_CACHE_IGNORED_MODELS = ["taggit.Tag"]
    triggers.install_triggers("default")
    assert "taggit_tag" not in installed().values()
    before = content_version.current()
    Tag.objects.create(name="trams", slug="trams")
    assert content_version.current() == before


def test_change_changes_the_version():
    before = content_version.current()
    content_version.change()
    assert content_version.current() not in (before, None)


def test_there_is_no_version_without_a_row():
    ContentVersion.objects.all().delete()
    assert content_version.current() is None


def test_unseen_models_exist():
    labels = {config.label for config in apps.get_app_configs()} | OPTIONAL
    labels |= {model._meta.label_lower for model in apps.get_models(include_auto_created=True)}
    assert labels >= UNSEEN


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no functions")
def test_function_of_another_release_is_replaced():
    with connection.cursor() as cursor:
        for function in triggers.FUNCTIONS:
            cursor.execute(function.split("BEGIN")[0] + "BEGIN RETURN NULL; END $$")
    triggers.install_triggers("default")
    before = content_version.current()
    Tag.objects.create(name="trams", slug="trams")
    assert content_version.current() != before


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL has delete_rows()")
def test_flush_of_tests_leaves_no_marker(monkeypatch):
    monkeypatch.setattr(registry, "keeps_markers", True)
    triggers.install_triggers("default")
    Tag.objects.create(name="trams", slug="trams")
    options = {"interactive": False, "reset_sequences": False, "inhibit_post_migrate": True}
    call_command("flush", **options, verbosity=0)
    assert not Tag.objects.exists()
    assert not ChangeMarker.objects.exists()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL has delete_rows()")
def test_flush_of_tests_resets_sequences_if_asked():
    statements = connection.ops.sql_flush(no_style(), ["taggit_tag"], reset_sequences=True)
    assert any("setval" in statement and "taggit_tag" in statement for statement in statements)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no repeatable reads")
def test_repeatable_read_does_not_see_later_commits():
    with content_version.repeatable_read():
        assert not Tag.objects.exists()
        with ThreadPoolExecutor() as another:
            another.submit(add_a_tag).result()
        assert not Tag.objects.exists()
    assert Tag.objects.exists()


def add_a_tag():
    """Commit a tag in a connection of this thread."""
    Tag.objects.create(name="trams", slug="trams")
    connection.close()
