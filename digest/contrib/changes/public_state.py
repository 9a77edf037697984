"""What a site shows of its issues and digests, described so that a change can be noticed."""

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.db import DatabaseError
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.functional import cached_property
from wagtail.models import Site

from digest import visibility
from digest.api.issues import LIST_FIELDS, Issues
from digest.api.representations import Digests
from digest.api.scope import Scope
from digest.caching.cacheable import site_language
from digest.caching.response_cache import forget_site_roots
from digest.contrib.changes.models import PublicState
from digest.contrib.changes.references import references_of_digest, references_of_issues
from digest.rendering.images import files_only

logger = logging.getLogger(__name__)

ISSUE_FIELDS = frozenset([*LIST_FIELDS, "body"])


class Description(NamedTuple):
    """What a site shows of a page: its URL, a hash of its data, and what that depends on.

    The last fields are for those who announce a change: none of them is stored.
    """

    locale_id: int
    url: str
    fingerprint: str
    shows: str
    locale: str
    digest: str | None
    api_url: str


class SiteScope(Scope):
    """The context of responses at the site's own host, without a request."""

    def __init__(self, site: Site) -> None:
        request = HttpRequest()
        request._wagtail_site = site
        super().__init__(request, site, {})

    @cached_property
    def api_root(self) -> str:
        return self.site.root_url + reverse("digest:api:map")


@contextmanager
def comparing() -> Iterator[None]:
    """Render inside as for readers, from one reading of clock, sites and restrictions."""
    forget_site_roots()
    with translation.override(site_language()), visibility.snapshot(), files_only():
        yield


def describe(site: Site, kind: str, pks: list[int]) -> dict[int, Description | None]:
    """Describe those of the pages that are public, by primary key.

    None stands for a page that cannot be rendered, which is logged.
    """
    describe_all = _describe_issues if kind == PublicState.Kind.ISSUE else _describe_digests
    try:
        return dict(describe_all(SiteScope(site), pks))
    except DatabaseError:
        raise
    except Exception:
        if len(pks) == 1:
            logger.exception("Page %s cannot be compared: it cannot be rendered", pks[0])
            return {pks[0]: None}
    return {key: found for pk in pks for key, found in describe(site, kind, [pk]).items()}


def _describe_issues(scope: Scope, pks: list[int]) -> Iterator[tuple[int, Description]]:
    found = Issues(scope.issues().filter(pk__in=pks), ISSUE_FIELDS, scope)
    shows = references_of_issues(found.issues)
    for issue, data in zip(found.issues, found.as_data(), strict=True):
        slug = data["digest"] and data["digest"]["slug"]
        yield issue.pk, _description(issue, data, shows[issue.pk], slug)


def _describe_digests(scope: Scope, pks: list[int]) -> Iterator[tuple[int, Description]]:
    digests = list(scope.digests(pk__in=pks).select_related("locale"))
    for digest, data in zip(digests, Digests(digests, scope).as_data(), strict=True):
        del data["latest_issue"]  # its change is one of the issue
        yield digest.pk, _description(digest, data, references_of_digest(digest), digest.slug)


def _description(page: Any, data: dict[str, Any], shows: str, slug: str | None) -> Description:
    # The order of blocks is that of a list, so sorting names loses nothing.
    text = json.dumps(data, sort_keys=True, default=str)
    fingerprint = hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()
    url, api_url, locale = data["url"] or "", data["api_url"], data["locale"]
    return Description(page.locale_id, url, fingerprint, shows, locale, slug, api_url)


def public_pages(site: Site, kind: str, pks: Iterable[int] | None = None) -> Any:
    """Return the queryset of the pages of a kind that are public on a site."""
    scope = SiteScope(site)
    pages = scope.issues() if kind == PublicState.Kind.ISSUE else scope.digests()
    return (pages if pks is None else pages.filter(pk__in=pks)).order_by()
