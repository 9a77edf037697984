"""Queries for the latest drafts of issues.

Wagtail stores a draft in a revision, and writes it to the page's row only when it is published.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Case, DateField, F, IntegerField, Q, QuerySet, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from wagtail.models import Revision

# Pages whose latest revision differs from their row. An alias has no revisions.
HAS_DRAFT = Q(has_unpublished_changes=True, latest_revision__isnull=False)


def with_draft_values(issues: QuerySet) -> QuerySet:
    """Annotate ``draft_date`` and ``draft_number``, as editors see them in the latest draft."""
    return issues.annotate(
        draft_date=_draft_value("date", DateField()),
        draft_number=_draft_value("number", IntegerField()),
    )


def _draft_value(name: str, field: Any) -> Case:
    in_draft = Cast(KeyTextTransform(name, "latest_revision__content"), field)
    value = Coalesce(in_draft, F(name))
    return Case(When(HAS_DRAFT, then=value), default=F(name), output_field=field)


def has_draft(issue: Any) -> bool:
    """Return whether the latest revision of an issue differs from its row."""
    return bool(issue.has_unpublished_changes and issue.latest_revision_id)


def draft_contents(issues: Iterable[Any]) -> dict[Any, dict[str, Any]]:
    """Map the primary key of each issue with a draft to the content of its latest revision."""
    pks = {issue.latest_revision_id: issue.pk for issue in issues if has_draft(issue)}
    revisions = Revision.objects.filter(pk__in=pks).values_list("pk", "content")
    return {pks[pk]: content for pk, content in revisions}


def tag_ids(draft: dict[str, Any]) -> list[int]:
    """Return the primary keys of the tags in the content of a revision."""
    return [item["tag"] for item in draft.get("tagged_items") or [] if item.get("tag")]


def draft_tag_ids(issues: QuerySet) -> dict[Any, list[int]]:
    """Map the primary key of each issue with a draft to the keys of the draft's tags."""
    tagged = F("latest_revision__content__tagged_items")
    rows = issues.filter(HAS_DRAFT).order_by().values_list("pk", tagged)
    return {pk: tag_ids({"tagged_items": items}) for pk, items in rows}
