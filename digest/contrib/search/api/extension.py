"""The search endpoints and the parameter ``q`` of lists."""

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.urls import path

from digest.api.extensions import APIExtension, ListParameter
from digest.contrib.search.api import examples, views
from digest.contrib.search.api.parameters import SearchField
from digest.contrib.search.querying import matching_entries
from digest.pages.stories import Story


def filter_by_query(rows: QuerySet, text: str) -> QuerySet:
    """Filter issues or stories: all words in one story, or in the issue's own text."""
    entry_field = "story_id" if rows.model is Story else "issue_id"
    entries = matching_entries(text).order_by().values(entry_field).query
    if entries.is_empty():
        return rows.none()
    # As SQL, because in a subquery Django would rename the table that the engine's clause uses.
    return rows.filter(pk__in=RawSQL(*entries.sql_with_params()))  # noqa: S611


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
