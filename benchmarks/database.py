"""Fill a database with thousands of issues by bulk inserts, instead of treebeard's one by one."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time
from io import StringIO
from time import monotonic
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.sql import InsertQuery
from django.utils import timezone
from taggit.models import Tag
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file_jpeg
from wagtail.models import Collection, Page, PageViewRestriction, Site

from benchmarks.content import TAGS, Writer, day
from digest.contrib.search.index import entry_table
from digest.contrib.search.models import Entry
from digest.models import DigestPage, IssuePage, IssueTag
from digest.pages.headlines import headline_and_summary
from digest.rendering.images import rendition_specs

DIGESTS = 4
IMAGES = 12
BATCH_SIZE = 500
# Only the newest issues are in the index of readers' search, and fewer of them in its vocabulary:
# indexing all would take hours.
INDEXED, WITH_WORDS = 10_000, 1000


@contextmanager
def database(
    issues: int, directory: str, is_persistent: bool, kind: str = "", write: type[Writer] = Writer
) -> Iterator[bool]:
    """Use a database of this number of issues; yield whether it is new."""
    original, start = connection.settings_dict["NAME"], monotonic()
    is_new = use_database(issues, directory, kind, write)
    print(f"\n{issues:,} issues, ready in {monotonic() - start:.0f} s", flush=True)
    try:
        yield is_new
    finally:
        if not is_persistent:
            connection.creation.destroy_test_db(original, verbosity=0)


def use_database(issues: int, directory: str, kind: str = "", write: type[Writer] = Writer) -> bool:
    """Connect to a database of this number of issues; return True if it had to be filled.

    ``kind`` is part of its name, for databases with other content.
    """
    settings = connection.settings_dict
    on_file = connection.vendor == "sqlite"
    file = f"{directory}/{kind or 'issues-'}{issues}.sqlite3"
    name = file if on_file else f"digest_bench_{kind.replace('-', '_')}{issues}"
    settings["TEST"]["NAME"] = name
    connection.close()
    connection.creation.create_test_db(verbosity=0, autoclobber=True, keepdb=True, serialize=False)
    cache.clear()
    ContentType.objects.clear_cache()
    PageViewRestriction.objects.all().delete()  # of an interrupted run
    if IssuePage.objects.exists():
        return False
    fill(issues, write)
    return True


def fill(issues: int, write: type[Writer] = Writer) -> None:
    """Create digests, images, tags and issues, and the derived tables."""
    with transaction.atomic():
        digests = _make_digests(Site.objects.get(is_default_site=True).root_page)
        images = _make_images()
        tags = _make_tags()
        writer = write(1, [digest.pk for digest in digests], [image.pk for image in images])
        for start in range(0, issues, BATCH_SIZE):
            numbers = range(start, min(start + BATCH_SIZE, issues))
            _insert([_issue(writer, digests, images, number) for number in numbers], writer, tags)
        for place, digest in enumerate(digests):
            number = len(range(place, issues, DIGESTS))
            Page.objects.filter(pk=digest.pk).update(numchild=number)
        for command in ("rebuild_stories", "rebuild_sources"):
            call_command(command, verbosity=0, stdout=StringIO())
        _index(IssuePage.objects.order_by("-date").values_list("pk", flat=True)[:INDEXED])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _index(newest: QuerySet) -> None:
    """Add issues to the index of readers' search."""
    pks = list(newest)
    entry_table.derive(pks[:WITH_WORDS])
    for start in range(WITH_WORDS, len(pks), BATCH_SIZE):
        issues = IssuePage.objects.filter(pk__in=pks[start : start + BATCH_SIZE])
        Entry.objects.bulk_create(entry_table.expected_rows(issues))


def _make_digests(home: Page) -> list[DigestPage]:
    names = ["daily", "weekly", "science", "cities"][:DIGESTS]
    return [home.add_child(instance=DigestPage(title=name.title(), slug=name)) for name in names]


def _make_images() -> list[Any]:
    """Create images with all renditions, as on a site that had visitors."""
    collection = Collection.get_first_root_node()
    images = []
    for number in range(IMAGES):
        file = get_test_image_file_jpeg(filename=f"image-{number}.jpg", size=(1640, 900))
        images.append(
            get_image_model().objects.create(
                title=f"Image {number}", file=file, collection=collection
            )
        )
        images[-1].get_renditions(*rendition_specs())
    return images


def _make_tags() -> list[Tag]:
    return Tag.objects.bulk_create(
        Tag(name=f"topic {number}", slug=f"topic-{number}") for number in range(TAGS)
    )


def _issue(writer: Writer, digests: list, images: list, number: int) -> IssuePage:
    digest, place = digests[number % DIGESTS], number // DIGESTS + 1
    date = day(number)
    published_at = timezone.make_aware(datetime.combine(date, time(6)))
    body = writer.body(number)
    title = writer.words(7).capitalize()
    return IssuePage(
        title=title,
        draft_title=title,
        slug=str(date),
        path=Page._get_path(digest.path, digest.depth + 1, place),
        depth=digest.depth + 1,
        url_path=f"{digest.url_path}{date}/",
        content_type=ContentType.objects.get_for_model(IssuePage),
        locale_id=digest.locale_id,
        translation_key=uuid.UUID(int=writer.chance.getrandbits(128), version=4),
        first_published_at=published_at,
        last_published_at=published_at,
        date=date,
        number=place,
        image=images[number % IMAGES] if number % 3 == 0 else None,
        body=json.dumps(body),
        word_count=900,
        **headline_and_summary(body[0]["value"], title),
    )


def _insert(issues: list[IssuePage], writer: Writer, tags: list[Tag]) -> None:
    """Insert the rows of pages, issues and tags."""
    fields = [field.attname for field in Page._meta.concrete_fields if not field.primary_key]
    pages = [Page(**{name: getattr(issue, name) for name in fields}) for issue in issues]
    for issue, page in zip(issues, Page.objects.bulk_create(pages), strict=True):
        issue.pk = issue.page_ptr_id = issue.id = page.pk
    _insert_own_rows(issues)
    IssueTag.objects.bulk_create(
        IssueTag(content_object_id=issue.pk, tag=tags[number])
        for issue in issues
        for number in writer.tag_numbers()
    )


def _insert_own_rows(issues: list[IssuePage]) -> None:
    """Insert the rows of the child table, which ``bulk_create`` does not support."""
    fields = IssuePage._meta.local_concrete_fields
    step = connection.ops.bulk_batch_size(fields, issues) or len(issues)
    for start in range(0, len(issues), step):
        query = InsertQuery(IssuePage)
        query.insert_values(fields, issues[start : start + step])
        query.get_compiler(connection=connection).execute_sql()
