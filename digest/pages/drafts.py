"""What an issue is like in its latest draft: its row in the database has what was there before.

Wagtail keeps the text of a draft in its revision, and writes it to the page when it is published.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Case, DateField, F, IntegerField, Q, QuerySet, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from wagtail.models import Revision

# A page whose latest revision says something else than its row. An alias has no revisions.
AHEAD = Q(has_unpublished_changes=True, latest_revision__isnull=False)


def with_drafted(issues: QuerySet) -> QuerySet:
    """Add the date and the number that the editor sees: ``drafted_date``, ``drafted_number``."""
    return issues.annotate(
        drafted_date=_drafted("date", DateField()),
        drafted_number=_drafted("number", IntegerField()),
    )


def _drafted(name: str, field: Any) -> Case:
    in_draft = Cast(KeyTextTransform(name, "latest_revision__content"), field)
    return Case(When(AHEAD, then=Coalesce(in_draft, F(name))), default=F(name), output_field=field)


def is_ahead(issue: Any) -> bool:
    """Whether the latest revision of an issue says something else than its row."""
    return bool(issue.has_unpublished_changes and issue.latest_revision_id)


def drafts_of(issues: Iterable[Any]) -> dict[Any, dict[str, Any]]:
    """The stored draft of each issue that has one ahead of its row, by the issue's key."""
    ahead = {issue.latest_revision_id: issue.pk for issue in issues if is_ahead(issue)}
    revisions = Revision.objects.filter(pk__in=ahead).values_list("pk", "content")
    return {ahead[pk]: content for pk, content in revisions}


def tags_in(draft: dict[str, Any]) -> list[int]:
    """The keys of the tags of a stored draft."""
    return [item["tag"] for item in draft.get("tagged_items") or [] if item.get("tag")]


def tags_of_drafts(issues: QuerySet) -> dict[Any, list[int]]:
    """The keys of the tags of each issue with a draft ahead of its row, by the issue's key."""
    tagged = F("latest_revision__content__tagged_items")
    rows = issues.filter(AHEAD).order_by().values_list("pk", tagged)
    return {pk: tags_in({"tagged_items": items}) for pk, items in rows}
