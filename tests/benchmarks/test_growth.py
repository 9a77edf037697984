"""No response reads more rows because there are more issues."""

import pytest
from django.db import connection
from wagtail.models import Page, Site

from benchmarks import database
from benchmarks.content import Writer
from benchmarks.others import OTHERS
from digest.caching import content_version
from digest.contrib.search.api import extension
from digest.contrib.search.index import entry_table
from digest.contrib.search.models import Entry
from digest.jobs import core
from digest.models import IssuePage
from digest.pages import listing

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite counts its instructions"),
]

FEW, MANY, MAX_GROWTH = 200, 800, 1.2
# How many rows are read until a page of a tag is full differs by chance.
MAX_GROWTH_OF = {"tag-page": 1.4}
# Those that show all pages, or look for few issues with a rare tag or a rare pair of tags.
GROWING = {"sitemap", "rare-tag", "tag-all"}


class Archive:
    """A site whose number of issues grows."""

    def __init__(self) -> None:
        self.digests = database._make_digests(Site.objects.get(is_default_site=True).root_page)
        self.tags = database._make_tags()
        self.writer = Writer(1, [digest.pk for digest in self.digests], [0])
        self.size = 0

    def grow(self, size: int) -> None:
        no_images = [None] * database.IMAGES
        issues = [
            database._issue(self.writer, self.digests, no_images, number)
            for number in range(self.size, size)
        ]
        database._insert(issues, self.writer, self.tags)
        Page.objects.filter(pk__in=[page.pk for page in self.digests]).update(numchild=size // 4)
        pks = [issue.pk for issue in issues]
        Entry.objects.bulk_create(entry_table.expected_rows(IssuePage.objects.filter(pk__in=pks)))
        self.size = size
        core.update_statistics()


@pytest.fixture
def archive(site, settings, monkeypatch):
    settings.DIGEST_CACHE_SECONDS = 0
    settings.DIGEST_FEED_LENGTH = settings.DIGEST_ISSUES_PER_PAGE = 4
    monkeypatch.setattr(listing, "MAX_USES", 5)
    monkeypatch.setattr(extension, "ENTRIES_PER_ISSUE", 1)
    archive = Archive()
    monkeypatch.setattr(content_version, "current", lambda: f"with {archive.size} issues")
    return archive


def instructions(client, url: str) -> int:
    """Return how many instructions of SQLite's virtual machine a response takes."""
    count = 0

    def add() -> None:
        nonlocal count
        count += 1

    connection.connection.set_progress_handler(add, 10)
    try:
        assert client.get(url).status_code == 200
    finally:
        connection.connection.set_progress_handler(None, 0)
    return count


def costs(client) -> dict[str, int]:
    return {name: instructions(client, url) for name, (_text, url) in OTHERS.items()}


def test_no_response_costs_more_with_more_issues(archive, client):
    archive.grow(FEW)
    costs(client)  # fills the caches of the process
    few = costs(client)
    archive.grow(MANY)
    costs(client)  # counts the rows of this content version
    many = costs(client)
    limits = dict.fromkeys(few.keys() - GROWING, MAX_GROWTH) | MAX_GROWTH_OF
    grown = {name for name, limit in limits.items() if many[name] > limit * few[name]}
    assert not {name: (few[name], many[name]) for name in grown}
