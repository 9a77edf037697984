"""Slugs: the one an issue is offered, those of its stories, and those that digests may have."""

import re
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

# What the editor is offered, or what a date leaves behind while it is being typed.
PROPOSED_SLUG = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(-\d+)?")


def find_available_slug(slug: str, siblings: QuerySet) -> str:
    """The slug, or the first of ``slug-2``, ``slug-3`` ... that no sibling has."""
    taken = set(siblings.filter(slug__startswith=slug).values_list("slug", flat=True))
    candidate, suffix = slug, 2
    while candidate in taken:
        candidate, suffix = f"{slug}-{suffix}", suffix + 1
    return candidate


def is_proposed(slug: str, day: date) -> bool:
    """Whether a slug is what an issue of that day is offered: the date, or the date and ``-N``."""
    return bool(PROPOSED_SLUG.fullmatch(slug)) and f"{slug}-".startswith(f"{day}-")


def digest_slug_error(
    digests: QuerySet, slug: str, locale_id: int, parent: Any, besides: set[int]
) -> str | None:
    """Why a digest below ``parent`` cannot have the slug; None where it can.

    The API and the feeds go by the slug, so a site has one digest of each (and of each locale).
    ``besides`` are the ids of digests that do not count, nor do their aliases.
    """
    site = parent.get_site()
    for other in digests.filter(slug=slug, locale_id=locale_id):
        if not {other.pk, other.alias_of_id} & besides and other.get_site() == site:
            return _("Another digest of this site has the slug “%(slug)s”.") % {"slug": slug}
    return None
