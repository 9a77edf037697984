"""Repair of the numbers of children that the page tree stores."""

from typing import Any

from django.db import transaction
from django.db.models import Count
from django.db.models.functions import Length, Substr

from digest.conf import get_base_page_model


def repair_child_counts() -> list[int]:
    """Correct ``numchild`` of each page, and return the IDs of the pages where it was wrong.

    Treebeard adds and subtracts one in each move, also if another process has just moved the page.
    Its own ``fix_tree`` compares each page with each other one.
    """
    return [pk for pk in _suspects() if _repair(pk)]


def _suspects() -> list[int]:
    """Return the IDs of pages whose number may be wrong, or is just being changed."""
    pages = get_base_page_model().objects.order_by()
    parent = Substr("path", 1, Length("path") - pages.model.steplen)
    by_parent = pages.filter(depth__gt=1).annotate(parent=parent).values("parent")
    counts: dict[str, int] = dict(
        by_parent.annotate(number=Count("pk")).values_list("parent", "number")
    )
    rows: Any = pages.values_list("pk", "path", "numchild")
    return [pk for pk, path, number in rows.iterator() if counts.get(path, 0) != number]


@transaction.atomic
def _repair(pk: int) -> bool:
    pages = get_base_page_model().objects
    # Whoever adds, moves or deletes a child updates this row before the commit.
    page = pages.select_for_update().filter(pk=pk).first()
    number = page and pages.child_of(page).count()
    return bool(page and pages.filter(pk=pk).exclude(numchild=number).update(numchild=number))
