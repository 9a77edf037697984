"""Fixtures and hooks of all tests."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import LazySettings, settings
from django.core.cache import caches
from django.db import connection
from wagtail.models import Page, Site
from wagtail.signal_handlers import disable_reference_index_auto_update

from digest import memo
from digest.caching.content_version import ChangeMarker
from digest.caching.response_middleware import sent_responses
from digest.models import DigestPage
from tests import migrated
from tests.builders import make_digest
from tests.optional_apps import HAS_SEARCH

# A folder and files whose tests share an expensive setup.
SHARED_SETUP = {
    "all_states",
    "replica",
    "test_bad_http.py",
    "test_crashes.py",
    "test_evaluation.py",
    "test_every_page.py",
    "test_kills.py",
    "test_load_samples.py",
    "test_ownpages.py",
    "test_plugin.py",
    "test_relay_kills.py",
    "test_restores.py",
    "test_senders.py",
}

# Folders whose tests need optional apps, the site or other processes, and which ``make test-core``
# leaves out.
WITH_OPTIONAL_APPS = {
    "benchmarks",
    "browser",
    "contrib",
    "deploy",
    "docs",
    "plugin",
    "site",
    "two_processes",
}

# Without an index to update, modelsearch loads each saved object again in this task.
NO_TASK = patch(
    "modelsearch.signal_handlers.insert_or_update_object_task",
    SimpleNamespace(enqueue=lambda *args: None),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--database``, for a run on a second database."""
    parser.addoption("--database", action="store_true", help="run only tests that use a database")


def pytest_configure(config: pytest.Config) -> None:
    """Give each xdist worker its own Redis database, because tests flush it."""
    worker = getattr(config, "workerinput", {}).get("workerid", "gw0")
    for cache in settings.CACHES.values():
        if cache["LOCATION"].startswith("redis:"):
            cache["LOCATION"] += f"/{int(worker.removeprefix('gw')) + 1}"


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out tests that need optional apps, if none is installed."""
    if HAS_SEARCH:
        return None
    return collection_path.name in WITH_OPTIONAL_APPS or None  # other paths: as pytest decides


def pytest_itemcollected(item: pytest.Item) -> None:
    """Group tests with a shared setup on one xdist worker; otherwise each worker runs it.

    No other tests: groups run first, and tests that flush the database have to run last.
    """
    for path in (item.path, *item.path.parents):
        if path.name in SHARED_SETUP:
            item.add_marker(pytest.mark.xdist_group(f"{path.parent.name}/{path.name}"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect tests for ``--database``, and sort those that commit.

    Tests that restore the rows of migrations run before those that leave other rows, because the
    same content types would have different primary keys.
    """
    places = [place for place, item in enumerate(items) if commits(item)]
    ordered = sorted((items[place] for place in places), key=lambda item: not restores(item))
    for place, item in zip(places, ordered, strict=True):
        items[place] = item
    if config.getoption("database"):
        config.hook.pytest_deselected(items=[item for item in items if not uses_database(item)])
        items[:] = [item for item in items if uses_database(item)]


def commits(item: pytest.Item) -> bool:
    """Check whether a test commits rows, so that the database is flushed after it."""
    fixtures = {"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    return bool(fixtures or is_marked(item, "transaction") or restores(item))


def restores(item: pytest.Item) -> bool:
    """Check whether a test restores the rows of migrations before it starts."""
    fixtures = getattr(item, "fixturenames", ())
    return "django_db_serialized_rollback" in fixtures or is_marked(item, "serialized_rollback")


def is_marked(item: pytest.Item, option: str) -> bool:
    """Check an option of the mark ``django_db``."""
    marker = item.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get(option))


def uses_database(item: pytest.Item) -> bool:
    fixtures = {"db", "transactional_db", "live_server", "django_db_setup"}
    requested = set(getattr(item, "fixturenames", ()))
    return bool(item.get_closest_marker("django_db") or fixtures & requested)


def pytest_collection_finish() -> None:
    """Exclude what collection has loaded from garbage collection: it took a tenth of the time."""
    gc.freeze()
    gc.set_threshold(20_000)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return a migrated SQLite database to copy, which all workers share."""
    base = tmp_path_factory.getbasetemp()
    file = (base if worker_id == "master" else base.parent) / "migrated.sqlite3"
    migrated.migrate_once(file)
    return file


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest, django_db_modify_db_settings: None
) -> Iterator[None]:
    """Migrate SQLite once for all workers, and let PostgreSQL delete rows to flush a database."""
    if connection.vendor == "sqlite":
        context = migrated.copied_by_tests(request.getfixturevalue("migrated_file"))
    else:
        context = patch.object(type(connection.ops), "sql_flush", delete_rows)
    with context:
        yield


def delete_rows(
    operations: Any, style: Any, tables: list[str], reset_sequences: bool = False, **options: bool
) -> list[str]:
    """Return the SQL that empties tables: for few rows, a tenth of the cost of ``TRUNCATE``.

    Triggers would mark the deleted rows at the commit. So they run before, and the table of the
    markers is emptied last.
    """
    deleted = [f"DELETE FROM {operations.quote_name(table)};" for table in tables]  # noqa: S608
    markers = f"DELETE FROM {ChangeMarker._meta.db_table};"  # noqa: S608
    sequences = operations.connection.introspection.sequence_list() if reset_sequences else []
    reset = operations.sequence_reset_by_name_sql(style, sequences)
    return [*deleted, "SET CONSTRAINTS ALL IMMEDIATE;", markers, *reset]


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Clear the caches: of Wagtail's site root paths, and of responses."""
    for alias in settings.CACHES:
        caches[alias].clear()
    sent_responses.clear()
    memo.clear()


@pytest.fixture(autouse=True)
def _wagtail_indexes(request: pytest.FixtureRequest, settings: LazySettings) -> Iterator[None]:
    """Update Wagtail's search and reference indexes only for the tests that need them.

    They take a third of the time of saving a page.
    """
    if any(map(request.node.get_closest_marker, ("wagtail_indexes", "browser"))):
        backend = settings.WAGTAILSEARCH_BACKENDS["default"] | {"AUTO_UPDATE": True}
        settings.WAGTAILSEARCH_BACKENDS = {"default": backend}
        yield
        return
    with disable_reference_index_auto_update(), NO_TASK:
        yield


@pytest.fixture
def cached() -> Iterator[None]:
    """Cache values as for the responses of one content version (``digest.memo``)."""
    with memo.reading("one"):
        yield


@pytest.fixture
def site(db) -> Site:
    """Return the default site, as the migrations create it."""
    return Site.objects.get(is_default_site=True)


@pytest.fixture
def home_page(site: Site) -> Page:
    """Return the front page, as the migrations create it."""
    return site.root_page.specific


@pytest.fixture
def digest(home_page: Page) -> DigestPage:
    """Return a live digest without issues, at /daily/."""
    return make_digest(home_page, tagline="All of it")


@pytest.fixture
def rename(db, django_capture_on_commit_callbacks) -> Callable[[Any, str], Any]:
    """Change the slug of a page as editors do; Wagtail creates redirects when that is committed."""

    def rename(page: Any, slug: str) -> Any:
        page = type(page).objects.get(pk=page.pk)
        page.slug = slug
        with django_capture_on_commit_callbacks(execute=True):
            page.save_revision().publish()
        return type(page).objects.get(pk=page.pk)

    return rename
