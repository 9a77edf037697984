"""Slugs of issues, which follow the date, and of digests, which are unique within a site."""

import re
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

# A slug that the form has proposed, or a partly typed date.
PROPOSED_SLUG = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(-\d+)?")


def find_available_slug(slug: str, siblings: QuerySet) -> str:
    """Return the slug, or the first of ``slug-2``, ``slug-3`` ... that no sibling has."""
    taken = set(siblings.filter(slug__startswith=slug).values_list("slug", flat=True))
    candidate, suffix = slug, 2
    while candidate in taken:
        candidate, suffix = f"{slug}-{suffix}", suffix + 1
    return candidate


def is_proposed(slug: str, day: date) -> bool:
    """Return whether a slug is the date, or the date with ``-2``, ``-3`` ... after it."""
    return bool(PROPOSED_SLUG.fullmatch(slug)) and f"{slug}-".startswith(f"{day}-")


def digest_slug_error(
    digests: QuerySet, slug: str, locale_id: int, parent: Any, exclude: set[int]
) -> str | None:
    """Return the error message if a digest below ``parent`` cannot have the slug, else None.

    A slug is unique within a site and locale, since it identifies the digest in the API and the
    feeds. ``exclude`` has the primary keys of digests to ignore, with their aliases.
    """
    site = parent.get_site()
    for other in digests.filter(slug=slug, locale_id=locale_id):
        if not {other.pk, other.alias_of_id} & exclude and other.get_site() == site:
            return _("Another digest of this site has the slug “%(slug)s”.") % {"slug": slug}
    return None
