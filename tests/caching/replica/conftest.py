"""A site on two databases."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.db import connections
from django.test import Client
from wagtail.contrib.redirects.models import Redirect
from wagtail.images.models import Rendition
from wagtail.models import Site

from digest.caching import replica
from digest.models import DigestPage, IssuePage
from tests.builders import body, make_digest, make_image, make_issue, source, story
from tests.caching.replica.databases import KINDS, PRIMARY, ROUTERS, Databases

# In the order of cms/settings/base.py.
_gzip = site_settings.MIDDLEWARE.index("django.middleware.gzip.GZipMiddleware")
MIDDLEWARE = [*site_settings.MIDDLEWARE]
MIDDLEWARE.insert(_gzip + 1, "cms.replica.ReplicaMiddleware")


@pytest.fixture(scope="module")
def databases(
    django_db_setup: None, django_db_blocker, tmp_path_factory, migrated_file
) -> Iterator[Databases]:
    """Primary and replica with a digest of one issue; commits stay for the whole module."""
    with django_db_blocker.unblock():
        kind = KINDS[connections[PRIMARY].vendor]
        created = kind(connections[PRIMARY], tmp_path_factory.mktemp("databases"), migrated_file)
        with created.installed():
            make_content()
            yield created


def make_content() -> None:
    """Create an issue with an image, a source and a tag, and a redirect."""
    image = make_image()
    sources = [source(title="Paper", url="https://example.com/paper")]
    volcano = story("Volcano", image={"image": image.pk, "decorative": True}, sources=sources)
    digest = make_digest(Site.objects.get().root_page.specific)
    make_issue(digest, tags=("lava",), body=body(volcano))
    Redirect.objects.create(old_path="/old", redirect_link="/daily/")
    Client().get("/daily/2026-04-14/")  # creates its renditions
    assert Rendition.objects.exists()


@pytest.fixture
def databases_in_use(databases: Databases, settings: Any, monkeypatch) -> Databases:
    """Primary and replica in the same state; searches are not counted."""
    settings.DATABASE_ROUTERS, settings.MIDDLEWARE = ROUTERS, MIDDLEWARE
    settings.DIGEST_SEARCH_LOG_DAYS = 0
    monkeypatch.setattr(replica, "_retry_at", 0.0)
    monkeypatch.setattr(replica, "RETRY_AFTER", 3600)  # on a busy machine seconds pass
    if not databases.is_current():
        databases.catch_up()
    return databases


@pytest.fixture
def issue(databases_in_use: Databases) -> IssuePage:
    return IssuePage.objects.get()


@pytest.fixture
def digest(databases_in_use: Databases) -> DigestPage:
    return DigestPage.objects.get()
