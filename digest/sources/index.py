"""The source index: what live issues cite, derived from their bodies.

A source is added when it is first cited, and stays when nothing cites it any more, so that an issue
that is unpublished and published again keeps the results of checks.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from digest.pages.derived import DerivedTable, Drift
from digest.sources.citations import cited_in
from digest.sources.models import Citation, Source, source_key


class CitationTable(DerivedTable):
    """Derive the citations of live issues, and add the sources that they cite."""

    model = Citation
    row_name = "citation"
    fields = ("source", "date", "content_path", "title", "publisher", "url")

    def rows_of_issue(self, issue: Any) -> Iterator[Citation]:
        """Yield the unsaved citations of an issue, each with an unsaved source."""
        cited = [found for found in cited_in(issue.body) if source_key(found.url)]
        for position, found in enumerate(cited):
            source = Source.of(found.url)
            yield Citation(
                issue_id=issue.pk,
                position=position,
                date=issue.date,
                source=source,
                **found._asdict(),
            )

    def actual_rows(self, pks: list[int]) -> QuerySet:
        return super().actual_rows(pks).select_related("source")

    def content(self, row: Citation) -> list[Any]:
        # The source of an expected row is not saved yet.
        return [row.source.key, *super().content(row)[1:]]

    def repair(self, drifts: list[Drift]) -> None:
        _save_sources([drift.expected for drift in drifts if drift.expected])
        super().repair(drifts)


citation_table = CitationTable()


def _save_sources(citations: list[Citation]) -> None:
    """Point the citations to saved sources, and add the sources that are missing."""
    sources = {citation.source.key: citation.source for citation in citations}
    known = dict(Source.objects.filter(key__in=sources).values_list("key", "pk"))
    # All transactions insert in one order, so that they do not deadlock.
    new = [sources[key] for key in sorted(sources.keys() - known.keys())]
    if new:
        Source.objects.bulk_create(new, ignore_conflicts=True)
        known = dict(Source.objects.filter(key__in=sources).values_list("key", "pk"))
    for citation in citations:
        citation.source_id = known[citation.source.key]


def derive_citations(
    sender: type, instance: Any, created: bool, update_fields: Any, raw: bool, **kwargs: Any
) -> None:
    """Derive the citations of an issue in the transaction that saves it."""
    citation_table.derive_saved(instance, created, update_fields, raw)
