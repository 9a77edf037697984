"""How submitted issues were made, for the core's ``registry.provenance``."""

from collections.abc import Iterable
from typing import Any

from django.db.models import DateTimeField, F, QuerySet, Value, prefetch_related_objects
from django.db.models.lookups import In
from django.utils import translation
from django.utils.translation import gettext as _

from digest import statements
from digest.contrib.submissions.models import DigestDisclosure, IssueProvenance, Submission
from digest.pages.listing import with_digests
from digest.pages.page_models import get_issue_page_model
from digest.pages.provenance import Provenance


def provenance_of(issues: Iterable[Any]) -> dict[int, Provenance]:
    """Return the provenance of issues by primary key; an alias has that of its source."""
    issues = [issue for issue in issues if issue.pk]
    sources = _sources(issues)
    records = _records(sources.values())
    submitted = [issue for issue in issues if getattr(sources.get(issue.pk), "pk", 0) in records]
    if not submitted:
        return {}
    prefetch_related_objects(submitted, "locale")
    if aliases := [issue for issue in submitted if issue.alias_of_id]:
        with_digests(sources[alias.pk] for alias in aliases)
    disclosures = _disclosures({sources[issue.pk].digest for issue in submitted})
    found = {}
    for issue in submitted:
        source = sources[issue.pk]
        with translation.override(issue.locale.language_code):
            found[issue.pk] = _provenance(source, records[source.pk], disclosures)
    return found


def _sources(issues: list[Any]) -> dict[int, Any]:
    """Map each issue to itself, and an alias to the issue that it shows."""
    sources = {issue.pk: issue for issue in issues}
    while pks := {source.alias_of_id for source in sources.values()} - {None}:
        pages = get_issue_page_model().objects.defer("body").in_bulk(pks)
        found = {
            pk: pages.get(source.alias_of_id) if source.alias_of_id else source
            for pk, source in sources.items()
        }
        sources = {pk: source for pk, source in found.items() if source}
    return sources


def _records(issues: Iterable[Any]) -> dict[int, IssueProvenance]:
    """Return the records by primary key of the issue.

    A draft has none yet, and a live issue has none if code has not published it but set ``live``:
    what was submitted then counts as not reviewed.
    """
    found = statements.fetch(("provenance",), _rows, issues=[issue.pk for issue in issues])
    records = {
        pk: IssueProvenance(uses_ai=uses_ai, approved_by=name, approved_at=at)
        for pk, is_record, uses_ai, name, at in found
        if is_record
    }
    unrecorded = [(pk, uses_ai) for pk, _, uses_ai, *_ in found if pk not in records]
    for pk, uses_ai in unrecorded:
        record = records.setdefault(pk, IssueProvenance(uses_ai=False))
        record.uses_ai |= uses_ai
    return records


def _rows(issues: list[Any]) -> QuerySet:
    """Return the records, and what was submitted, of issues."""
    is_one = In(F("issue_id"), issues)
    records = IssueProvenance.objects.filter(is_one)
    records = records.values_list("issue_id", Value(True), "uses_ai", "approved_by", "approved_at")
    nobody = (Value(""), Value(None, DateTimeField()))
    submitted = Submission.objects.filter(is_one)
    submitted = submitted.values_list("issue_id", Value(False), "uses_ai", *nobody)
    return records.union(submitted, all=True)


def _disclosures(digests: set[Any]) -> dict[Any, DigestDisclosure]:
    """Return the disclosures of digests; nothing is read of those that are not public (None)."""
    rows = DigestDisclosure.objects.filter(digest__in=digests - {None})
    return {row.digest_id: row for row in rows}


def _provenance(
    issue: Any, record: IssueProvenance, disclosures: dict[Any, DigestDisclosure]
) -> Provenance:
    """Return the provenance of an issue in the active language."""
    digest = issue.digest
    disclosure = disclosures.get(digest.pk) if digest else None
    text, name = "", ""
    if record.uses_ai:
        text = (disclosure and disclosure.text) or _("Curated with AI.")
    if record.approved_at:
        names_approver = disclosure is not None and disclosure.name_approver
        name = (names_approver and record.approved_by) or _editors_of(digest)
    return Provenance(record.uses_ai, text, name, record.approved_at, is_draft=not issue.live)


def _editors_of(digest: Any) -> str:
    if digest is None:
        return _("the editors")
    return _("the editors of %(digest)s") % {"digest": digest.title}
