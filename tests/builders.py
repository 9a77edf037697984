"""Build digests, issues, images and restrictions for tests."""

import json
import uuid
from datetime import date, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.db.models import JSONField, Value
from django.utils import timezone
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file_jpeg
from wagtail.models import Collection, Page, PageViewRestriction

from digest.models import DigestPage, IssuePage
from digest.pages.stories import story_table

# Valid settings of a digest's discussion.
GISCUS = {
    "giscus_repo": "acme/comments",
    "giscus_repo_id": "R_kgDOHabc12",
    "giscus_category": "Announcements",
    "giscus_category_id": "DIC_kwDOHabc12-4CABCD",
}


def block(kind: str, **value: Any) -> dict[str, Any]:
    """Return a block in the stored form."""
    return {"type": kind, "id": str(uuid.uuid4()), "value": value}


def source(**value: Any) -> dict[str, Any]:
    """Return an item of a list of sources in the stored form."""
    fields = {"title": "A source", "url": "", "publisher": "", "author": "", "published_on": None}
    return block("item", **(fields | value))


def story(heading: str = "A story", **value: Any) -> dict[str, Any]:
    """Return a story block in the stored form."""
    fields = {"body": "<p>It happened.</p>", "why_it_matters": "<p>It counts.</p>"}
    return block(
        "story_section", heading=heading, **(fields | {"image": None, "sources": []} | value)
    )


def body(*blocks: dict[str, Any], summary: str = "What happened today.") -> str:
    """Return a valid body: a headline, then the given blocks or one story."""
    return json.dumps([block("headline", headline="", summary=summary), *(blocks or [story()])])


def nested(levels: int) -> Any:
    """Return JSON of lists and objects within each other."""
    value: Any = "x"
    for level in range(levels):
        value = {"a": value} if level % 2 else [value]
    return value


def make_digest(parent: Page, slug: str = "daily", **fields: Any) -> DigestPage:
    return parent.add_child(instance=DigestPage(**({"title": slug.title(), "slug": slug} | fields)))


def make_issue(
    digest: DigestPage, day: date | int = 14, publish: bool = True, tags: tuple = (), **fields: Any
) -> IssuePage:
    """Create an issue, published or a draft; ``day`` is a date, or a day of April 2026."""
    day = date(2026, 4, day) if isinstance(day, int) else day
    fields = {"title": f"Issue of {day}", "body": body(), "live": False} | fields
    issue = IssuePage(date=day, **fields)
    issue.tags.add(*tags)
    digest.add_child(instance=issue)
    revision = issue.save_revision(clean=False)
    if publish:
        revision.publish()
        issue.refresh_from_db()
    return issue


def corrupt(issue: IssuePage, stored: Any) -> None:
    """Store a body without validation."""
    body = Value(stored, JSONField()) if stored is not None else Value("null", JSONField())
    IssuePage.objects.filter(pk=issue.pk).update(body=body)
    story_table.rebuild()


def make_image(title: str = "An image", collection: Collection | None = None) -> Any:
    """Create an image of 1640 by 900 pixels."""
    file = get_test_image_file_jpeg(filename=f"{uuid.uuid4().hex}.jpg", size=(1640, 900))
    collection = collection or Collection.get_first_root_node()
    return get_image_model().objects.create(title=title, file=file, collection=collection)


def make_document(collection: Collection | None = None) -> Any:
    from wagtail.documents import get_document_model

    collection = collection or Collection.get_first_root_node()
    file = ContentFile(b"text", name=f"{uuid.uuid4().hex}.txt")
    return get_document_model().objects.create(title="Doc", file=file, collection=collection)


def restrict(page: Page, kind: str = PageViewRestriction.LOGIN) -> PageViewRestriction:
    """Make a page and its descendants private."""
    return PageViewRestriction.objects.create(page=page, restriction_type=kind)


def expire(page: Page) -> None:
    """Set the expiry of a live page to the past, without running ``publish_scheduled``."""
    type(page).objects.filter(pk=page.pk).update(expire_at=timezone.now() - timedelta(seconds=1))


def make_full_issue(digest: Any) -> Any:
    """Create an issue with every kind of content, between two others."""
    make_issue(digest, 13, title="The day before")
    blocks = [
        story("Grids agree", sources=[source(title="A report", url="https://example.com/report")]),
        story("Grids agree", why_it_matters=""),
        block("bottom_line", text="<p>Shared data counts.</p>"),
        block("sources", items=[source(title="Minutes", publisher="Port Authority")]),
    ]
    fields = {"body": body(*blocks, summary="All in brief."), "image": make_image("A grid")}
    issue = make_issue(digest, 14, title="Three grids", tags=("Power", "Open data"), **fields)
    make_issue(digest, 15, title="The day after")
    return issue
