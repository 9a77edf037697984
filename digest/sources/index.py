"""Keeps the register: what live issues cite, in the transaction that saves the issue.

The citations of an issue are derived from its body, as its stories are (``digest.pages.stories``).
A source is added when it is first cited, and stays when nobody cites it any more: an issue that is
unpublished and published again finds what is known about its sources.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import swapper
from django.db import transaction

from digest.pages.stories import SOURCE_FIELDS, issue_batches, tolerate_broken_body
from digest.sources.citations import cited_in
from digest.sources.models import Citation, Source, source_key

DERIVED_FIELDS = ["source", "date", "content_path", "title", "publisher", "url"]


class Difference(NamedTuple):
    """A citation as it should be, with its source not saved yet, and as it is; None for none."""

    wanted: Citation | None
    stored: Citation | None

    def __str__(self) -> str:
        row = self.wanted or self.stored
        kind = "differs" if self.wanted and self.stored else "missing" if self.wanted else "stale"
        return f"{kind}: issue {row.issue_id}, citation {row.position + 1}"


@transaction.atomic
def derive(issue: Any) -> None:
    """Make the citations of an issue what the database has of it now: none, unless it is live."""
    _mend(_compare([issue.pk]))


def differences() -> Iterator[Difference]:
    """Every citation that is not as it should be, in batches; changes nothing."""
    for pks in issue_batches():
        with transaction.atomic():
            found = _compare(pks)
        yield from found


def rebuild() -> int:
    """Mend every citation that is not as it should be, in batches; how many were not."""
    mended = 0
    for pks in issue_batches():
        with transaction.atomic():
            mended += _mend(_compare(pks))
    return mended


def derive_when_saved(
    sender: type, instance: Any, raw: bool = False, update_fields: Any = None, **kwargs: Any
) -> None:
    """Derive the citations of an issue that is saved; also as a plain page, as Wagtail unpublishes
    aliases and expired pages."""
    if not raw and (update_fields is None or SOURCE_FIELDS & set(update_fields)):
        derive(instance)


def _issue_model() -> Any:
    return swapper.load_model("digest", "IssuePage")


def _compare(pks: list[int]) -> list[Difference]:
    """What is wrong with the citations of some issues; needs a transaction."""
    issues = _issue_model().objects.filter(pk__in=pks).order_by("pk")
    # First locked, then read: what another transaction has just done to them is seen.
    if not list(issues.select_for_update(of=("self",), no_key=True).only("pk")):
        return []
    live = issues.filter(live=True).only("date", "body")
    wanted = {(row.issue_id, row.position): row for issue in live for row in _rows(issue)}
    rows = Citation.objects.filter(issue__in=pks).select_related("source")
    stored = {(row.issue_id, row.position): row for row in rows}
    pairs = (Difference(wanted.get(key), stored.get(key)) for key in sorted({**wanted, **stored}))
    return [pair for pair in pairs if _content(pair.wanted) != _content(pair.stored)]


def _content(row: Citation | None) -> list[Any] | None:
    return row and [row.source.key, *(getattr(row, name) for name in DERIVED_FIELDS[1:])]


def _rows(issue: Any) -> list[Citation]:
    with tolerate_broken_body(issue):
        cited = [found for found in cited_in(issue.body) if source_key(found.url)]
        return [
            Citation(
                issue_id=issue.pk,
                position=position,
                date=issue.date,
                source=Source.of(found.url),
                **found._asdict(),
            )
            for position, found in enumerate(cited)
        ]
    return []  # It is broken.


def _mend(found: list[Difference]) -> int:
    stale = [pair.stored.pk for pair in found if not pair.wanted]
    if stale:
        Citation.objects.filter(pk__in=stale).delete()
    wanted = [pair.wanted for pair in found if pair.wanted]
    _save_sources(wanted)
    Citation.objects.bulk_create(
        wanted,
        update_conflicts=True,
        unique_fields=["issue", "position"],
        update_fields=DERIVED_FIELDS,
    )
    return len(found)


def _save_sources(citations: list[Citation]) -> None:
    """Give the citations sources that are saved: those there are, or new ones."""
    sources = {citation.source.key: citation.source for citation in citations}
    there = dict(Source.objects.filter(key__in=sources).values_list("key", "pk"))
    # In one order, so that two transactions wait for each other and do not lock each other out.
    new = [sources[key] for key in sorted(sources.keys() - there.keys())]
    if new:
        Source.objects.bulk_create(new, ignore_conflicts=True)
        there = dict(Source.objects.filter(key__in=sources).values_list("key", "pk"))
    for citation in citations:
        citation.source_id = there[citation.source.key]
