"""Digests, tags, and references to pages turned into the data of an answer.

The shapes, as the schema tells them, are in ``digest.api.serializers``; tests hold every answer
against them.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import OuterRef, Subquery

from digest.api.scope import Scope
from digest.feeds.views import FEEDS, feed_url
from digest.pages.discussion import discussion_settings
from digest.pages.listing import latest_first
from digest.pages.page_models import get_digest_page_model, get_issue_page_model
from digest.rendering.images import public_images_by_id

# What a link to a page needs of it.
LINKED = ["title", "slug", "path", "depth", "url_path", "locale", "expire_at"]


def reference(page: Any, scope: Scope) -> dict[str, Any]:
    """Another issue, as far as a link to it needs."""
    scope.shows("issue", [page])
    return {
        "id": page.pk,
        "title": page.title,
        "url": scope.page_url(page),
        "api_url": scope.api_url("issues", page.pk),
    }


def digest_reference(digest: Any, scope: Scope) -> dict[str, Any]:
    """The digest of an issue."""
    scope.shows("digest", [digest])
    return {
        "id": digest.pk,
        "slug": digest.slug,
        "title": digest.title,
        "url": scope.page_url(digest),
        "api_url": digest_api_url(digest, scope),
    }


def digest_api_url(digest: Any, scope: Scope) -> str:
    """The address of a digest; of two in several languages with one slug, that of this one."""
    return scope.in_language_of(digest, scope.api_url("digests", digest.slug))


def page_type(page: Any) -> str:
    """What the API calls a page: a digest, an issue, or else a page."""
    if isinstance(page, get_issue_page_model()):
        return "issue"
    return "digest" if isinstance(page, get_digest_page_model()) else "page"


def page(found: Any, scope: Scope) -> dict[str, Any]:
    """Any page, with where this API has more of it: of digests and issues."""
    kind, api_url = page_type(found), None
    scope.shows(kind, [found])
    if kind == "digest":
        api_url = digest_api_url(found, scope)
    elif kind == "issue":
        api_url = scope.api_url("issues", found.pk)
    return {
        "id": found.pk,
        "type": kind,
        "title": found.title,
        "locale": found.locale.language_code,
        "url": scope.page_url(found),
        "api_url": api_url,
    }


def tag(found: Any, scope: Scope) -> dict[str, Any]:
    """A tag with the number of its public issues."""
    return {
        "name": found.name,
        "slug": found.slug,
        "type": "tag",
        "issue_count": found.issue_count,
        "url": scope.tag_url(found.slug),
        "api_url": scope.api_url("tags", found.slug),
    }


class Digests:
    """The digests of an answer; ``as_data`` makes the data of each."""

    def __init__(self, digests: Iterable[Any], scope: Scope) -> None:
        self.scope, self.digests = scope, list(digests)
        images = (digest.image_id for digest in self.digests if digest.image_id)
        self.images = public_images_by_id(images, scope.base_url)
        self.latest = self._latest_issues()

    def _latest_issues(self) -> dict[int, Any]:
        """The newest issue of each digest, with one query for all of them."""
        below = self.scope.issues().filter(path__startswith=OuterRef("path"))
        newest = Subquery(latest_first(below).values("pk")[:1])
        chosen = get_digest_page_model().objects.filter(pk__in=[d.pk for d in self.digests])
        pks = dict(chosen.order_by().annotate(newest=newest).values_list("pk", "newest"))
        issues = get_issue_page_model().objects.in_bulk([pk for pk in pks.values() if pk])
        return {digest: issues.get(pk) for digest, pk in pks.items()}

    def as_data(self) -> list[dict[str, Any]]:
        """The data of the digests, in their order."""
        return [self._digest(digest) for digest in self.digests]

    def _digest(self, digest: Any) -> dict[str, Any]:
        latest = self.latest[digest.pk]
        return digest_reference(digest, self.scope) | {
            "type": "digest",
            "tagline": digest.tagline,
            "locale": digest.locale.language_code,
            "image": self.images.get(digest.image_id),
            "latest_issue": latest and reference(latest, self.scope),
            "feeds": [self._feed(digest, feed) for feed in FEEDS],
            "discussion": discussion_settings(digest),
        }

    def _feed(self, digest: Any, feed: Any) -> dict[str, str]:
        url = feed_url(digest, feed, self.scope.site)
        return {"title": feed.label, "type": feed.media_type, "url": url}
