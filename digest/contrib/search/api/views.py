"""The endpoints of search: results and suggestions."""

from typing import Any

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param
from wagtail.models import Site

from digest.api.base import APIView
from digest.api.filters import filter_issues
from digest.contrib.search.api import data as search_data
from digest.contrib.search.api import parameters
from digest.contrib.search.api import serializers as search_serializers
from digest.contrib.search.api.pagination import SearchPagination
from digest.contrib.search.log import log_search
from digest.contrib.search.promotions import promoted
from digest.contrib.search.querying import search_entries
from digest.contrib.search.results import SearchResults
from digest.contrib.search.suggestions import suggest
from digest.contrib.search.visible import VisibleEntries

# The parameters of a search among all issues of a site.
UNFILTERED = {"q", "order", "prefix", "correct", "limit", "cursor", "count", "site"}


class Search(APIView):
    """Return the stories and issues that match `q`, with facets."""

    parameters_class = parameters.SearchParameters
    serializer_class = search_serializers.SearchResultListSerializer

    def get(self, request: Request) -> Response:
        found = self.run_search()
        paginator = SearchPagination(found, self.parameters)
        rows = paginator.paginate_queryset(paginator.rows_in_order, request)
        results = search_data.Results(found, rows, self.scope)
        response = paginator.get_paginated_response(results.as_data())
        url = remove_query_param(request.build_absolute_uri(), "cursor")
        response.data |= {
            "query": search_data.query(found, url),
            "promoted": self.promoted(found),
            "facets": search_data.facets(found.counts, self.scope, results.digests),
        }
        return response

    def run_search(self) -> SearchResults:
        """Search the issues that match the filters."""
        self.scope.note_all_counted()  # spelling correction depends on all of them
        everywhere = visible = VisibleEntries(self.scope.issues, key=("public", self.site))
        if not self.parameters.keys() <= UNFILTERED:
            filtered = filter_issues(self.scope, self.parameters)
            visible = VisibleEntries(lambda: filtered)
        is_typing, correct = (self.parameters[name] for name in ("prefix", "correct"))
        return search_entries(self.parameters["q"], visible, everywhere, is_typing, correct)

    def promoted(self, found: SearchResults) -> list[dict[str, Any]]:
        """Return the promoted results on the first page; let ``on_served`` log the search there."""
        if "cursor" in self.parameters:
            return []
        if self.is_logged():
            self.served_data = (
                found.query,
                found.counts.total if found.is_complete else 0,
                self.site.pk,
            )
        return search_data.promotions(promoted(found.query, self.site), self.scope)

    def is_logged(self) -> bool:
        """Return whether the search has neither filters nor ``order`` nor ``prefix=true``."""
        others = set(self.parameters) - {"q", "site", "locale", "limit", "count", "correct"}
        defaults = {"order": "relevance", "prefix": False}
        return all(defaults.get(name) == self.parameters[name] for name in others)

    @classmethod
    def on_served(cls, request: HttpRequest, served_data: Any) -> None:
        """Log the search, unless a client or cache revalidates its response."""
        if served_data and request.method == "GET" and "HTTP_IF_NONE_MATCH" not in request.META:
            text, results, site_id = served_data
            log_search(Site(pk=site_id), text, results)


class SearchSuggestions(APIView):
    """Return titles, tags and earlier queries that begin with `q`."""

    parameters_class = parameters.SuggestionParameters
    serializer_class = search_serializers.SuggestionListSerializer

    def get(self, request: Request) -> Response:
        issues = filter_issues(self.scope, self.parameters)
        self.scope.note_counted(issues)
        found = suggest(self.parameters["q"], self.site, issues, self.parameters["limit"])
        data = [search_data.suggestion(suggestion, self.scope) for suggestion in found]
        return Response({"suggestions": data})
