"""The search endpoints and the parameter ``q`` of lists."""

from datetime import date

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.urls import path

from digest.api.extensions import APIExtension, ListParameter
from digest.contrib.search.api import examples, views
from digest.contrib.search.api.parameters import SearchField
from digest.contrib.search.models import MAX_STORIES, entry_id
from digest.contrib.search.querying import matching_entries
from digest.pages.stories import Story

# An issue and its stories may all match.
ENTRIES_PER_ISSUE = 10


def filter_by_query(rows: QuerySet, text: str) -> QuerySet:
    """Filter issues or stories: all words in one story, or in the issue's own text."""
    entry_field = "story_id" if rows.model is Story else "issue_id"
    entries = matching_entries(text).order_by().values(entry_field).query
    if entries.is_empty():
        return rows.none()
    # As SQL, because in a subquery Django would rename the table that the engine's clause uses.
    return rows.filter(pk__in=RawSQL(*entries.sql_with_params()))  # noqa: S611


def first_matches(
    issues: QuerySet, text: str, after: list[str] | None, is_descending: bool, number: int
) -> tuple[QuerySet, bool]:
    """Return the issues of the first matching entries, and whether they are those of all.

    The ids of entries are in the order of dates and issues.
    """
    entries = matching_entries(text)
    entries = entries if is_descending else entries.reverse()
    if after is not None:
        start = entry_id(date.fromisoformat(after[0]), int(after[1]), 0)
        beyond = {"pk__lt": start} if is_descending else {"pk__gt": start | MAX_STORIES}
        entries = entries.filter(**beyond)
    found = list(entries.values_list("issue_id", flat=True)[: number * ENTRIES_PER_ISSUE])
    return issues.filter(pk__in=set(found)), len(found) < number * ENTRIES_PER_ISSUE


extension = APIExtension(
    urlpatterns=[
        path("search/", views.Search.as_view(), name="search"),
        path("search/suggest/", views.SearchSuggestions.as_view(), name="suggestions"),
    ],
    list_parameters=[
        ListParameter(
            name="q",
            make_field=lambda: SearchField(
                required=False,
                help_text="Issues with all these words in one story, or in their own text.",
            ),
            filter=filter_by_query,
            first=first_matches,
        )
    ],
    links=["search"],
    tags={"search": "Full-text search for stories and issues."},
    examples={
        "StoryResult": examples.RESULT,
        "SearchResultList": examples.RESULTS,
        "Suggestion": examples.SUGGESTION,
    },
)
