"""The endpoint of the sources that public issues cite."""

from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from digest.api import parameters, serializers
from digest.api.base import APIView
from digest.api.filters import filter_issues
from digest.api.pagination import CursorPagination
from digest.sources.models import Citation, Source


class SourceList(APIView):
    """List the sources that public issues cite, most recently cited first."""

    parameters_class = parameters.SourceListParameters
    serializer_class = serializers.SourceSerializer
    is_list = True

    def get(self, request: Request) -> Response:
        paginator = CursorPagination(["-last_cited_on", "-source_id"], self.parameters)
        citations = self.public_citations()
        paginator.counted = citations.order_by().values("source").distinct()
        rows = paginator.paginate_queryset(self.last_cited(citations), request)
        # Titles and counts are expensive, so query them only for the page.
        pks = [row.source_id for row in rows]
        sources = Source.objects.with_citations(citations).in_bulk(pks)
        return paginator.get_paginated_response([as_data(sources[pk]) for pk in pks])

    def public_citations(self) -> QuerySet:
        """Return the citations of the public issues that match the filters."""
        issues = filter_issues(self.scope, self.parameters)
        self.scope.note_counted(issues)
        # EXISTS, because with IN SQLite reads all issues.
        public = Exists(issues.order_by().filter(pk=OuterRef("issue")))
        if "host" not in self.parameters:
            return Citation.objects.filter(public)
        host = self.parameters["host"].lower().removeprefix("www.")
        return Citation.objects.filter(public, source__host=host)

    def last_cited(self, citations: QuerySet) -> QuerySet:
        """Return the id and the last citation date of each source of the citations."""
        if "host" in self.parameters:  # which has few sources
            found = citations.order_by().values("source_id").annotate(last_cited_on=Max("date"))
        else:
            found = newest_of_each(citations).annotate(last_cited_on=F("date"))
        return found.values_list("source_id", "last_cited_on", named=True)


def newest_of_each(citations: QuerySet) -> QuerySet:
    """Return the newest citation of each source."""
    # Not an aggregate, which reads all citations: these are read from the newest to the end of the
    # page.
    later = Q(date__gt=OuterRef("date")) | Q(date=OuterRef("date"), pk__gt=OuterRef("pk"))
    others = citations.filter(later, source=OuterRef("source"), date__gte=OuterRef("date"))
    return citations.filter(~Exists(others.order_by()))


def as_data(source: Source) -> dict[str, Any]:
    """Return the public data of a source, without the results of link checks."""
    return {
        "type": "source",
        "url": source.cited_url,
        "canonical_url": source.canonical_url,
        "host": source.host,
        "title": source.shown_title,
        "publisher": source.shown_publisher,
        "issue_count": source.issue_count,
        "first_cited_on": source.first_cited_on.isoformat(),
        "last_cited_on": source.last_cited_on.isoformat(),
    }
