"""Serialize digests, tags and references to pages.

The schema is in ``digest.api.serializers``; the tests validate every response against it.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import OuterRef, Subquery

from digest.api.extensions import digest_fields
from digest.api.scope import Scope
from digest.feeds.views import FEEDS, feed_url
from digest.pages.discussion import discussion_settings
from digest.pages.listing import latest_first
from digest.pages.page_models import get_digest_page_model, get_issue_page_model
from digest.rendering.images import public_images_by_id

# The columns that a link to a page needs.
LINKED = ["title", "slug", "path", "depth", "url_path", "locale", "expire_at"]


def reference(page: Any, scope: Scope) -> dict[str, Any]:
    scope.note_shown("issue", [page])
    return {
        "id": page.pk,
        "title": page.title,
        "url": scope.page_url(page),
        "api_url": scope.api_url("issues", page.pk),
    }


def digest_reference(digest: Any, scope: Scope) -> dict[str, Any]:
    scope.note_shown("digest", [digest])
    return {
        "id": digest.pk,
        "slug": digest.slug,
        "title": digest.title,
        "url": scope.page_url(digest),
        "api_url": digest_api_url(digest, scope),
    }


def digest_api_url(digest: Any, scope: Scope) -> str:
    """Return the API URL of a digest, with ``locale`` if its slug alone means another language."""
    return scope.localized_url(digest, scope.api_url("digests", digest.slug))


def page_type(page: Any) -> str:
    """Return the ``type`` of a page: "issue", "digest" or "page"."""
    if isinstance(page, get_issue_page_model()):
        return "issue"
    return "digest" if isinstance(page, get_digest_page_model()) else "page"


def page(instance: Any, scope: Scope) -> dict[str, Any]:
    kind, api_url = page_type(instance), None
    scope.note_shown(kind, [instance])
    if kind == "digest":
        api_url = digest_api_url(instance, scope)
    elif kind == "issue":
        api_url = scope.api_url("issues", instance.pk)
    return {
        "id": instance.pk,
        "type": kind,
        "title": instance.title,
        "locale": instance.locale.language_code,
        "url": scope.page_url(instance),
        "api_url": api_url,
    }


def tag(instance: Any, issue_count: int, scope: Scope) -> dict[str, Any]:
    return {
        "name": instance.name,
        "slug": instance.slug,
        "type": "tag",
        "issue_count": issue_count,
        "url": scope.tag_url(instance.slug),
        "api_url": scope.api_url("tags", instance.slug),
    }


class Digests:
    """Serialize digests."""

    def __init__(self, digests: Iterable[Any], scope: Scope) -> None:
        self.scope, self.digests = scope, list(digests)
        images = (digest.image_id for digest in self.digests if digest.image_id)
        self.images = public_images_by_id(images, scope.base_url)
        self.latest = self._latest_issues()
        self.added = {field.name: field.values(self.digests, scope) for field in digest_fields()}

    def _latest_issues(self) -> dict[int, Any]:
        """Return the newest public issue by digest id, with a constant number of queries."""
        below = self.scope.issues().filter(path__startswith=OuterRef("path"))
        newest = Subquery(latest_first(below).values("pk")[:1])
        digests = get_digest_page_model().objects.filter(pk__in=[d.pk for d in self.digests])
        pks = dict(digests.order_by().annotate(newest=newest).values_list("pk", "newest"))
        issues = get_issue_page_model().objects.in_bulk([pk for pk in pks.values() if pk])
        return {digest: issues.get(pk) for digest, pk in pks.items()}

    def as_data(self) -> list[dict[str, Any]]:
        return [self._digest(digest) for digest in self.digests]

    def _digest(self, digest: Any) -> dict[str, Any]:
        latest = self.latest[digest.pk]
        added = {name: values.get(digest.pk) for name, values in self.added.items()}
        return digest_reference(digest, self.scope) | {
            "type": "digest",
            "tagline": digest.tagline,
            "locale": digest.locale.language_code,
            "image": self.images.get(digest.image_id),
            "latest_issue": latest and reference(latest, self.scope),
            "feeds": [self._feed(digest, feed) for feed in FEEDS],
            "discussion": discussion_settings(digest),
            **added,
        }

    def _feed(self, digest: Any, feed: Any) -> dict[str, str]:
        url = feed_url(digest, feed, self.scope.site)
        return {"title": feed.label, "type": feed.media_type, "url": url}
