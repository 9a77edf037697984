"""Serialize rows of the feed, and check again whether their pages are public."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db.models import QuerySet

from digest.api.issues import Issues
from digest.api.representations import LINKED, digest_api_url
from digest.api.scope import Scope
from digest.contrib.changes.models import PublicState
from digest.contrib.changes.public_state import ISSUE_FIELDS
from digest.rendering.seo import utc_isoformat

Data = dict[str, Any]
# What a row of the feed needs of ``PublicState``.
COLUMNS = ["page_id", "kind", "is_public", "sequence", "changed_at"]
# What it says of a public page without ``include``.
PLACE = ("locale", "url", "api_url")


def changes(rows: Iterable[Any], scope: Scope, with_issues: bool) -> Iterator[Data | None]:
    """Yield the data of each row, with ``COLUMNS``; None for one that was just hidden."""
    rows = list(rows)
    issues = _issues(_public_ids(rows, PublicState.Kind.ISSUE), scope, with_issues)
    digests = _digests(_public_ids(rows, PublicState.Kind.DIGEST), scope)
    for row in rows:
        page = (issues if row.kind == PublicState.Kind.ISSUE else digests).get(row.page_id)
        if row.is_public:
            yield page and _head(row, "public") | _dated(row, page)
        else:
            yield _head(row, "gone")


def gone(row: Any) -> Data:
    return _head(row, "gone")


def _public_ids(rows: Iterable[Any], kind: str) -> list[int]:
    return [row.page_id for row in rows if row.is_public and row.kind == kind]


def _head(row: Any, state: str) -> Data:
    return {"state": state, "kind": row.kind, "id": row.page_id, "sequence": row.sequence}


def _dated(row: Any, page: Data) -> Data:
    return {"changed_at": utc_isoformat(row.changed_at), **page}


def _issues(pks: list[int], scope: Scope, are_included: bool) -> dict[int, Data]:
    """Return what the feed says of public issues, by primary key."""
    if not pks:
        return {}
    issues = scope.issues().filter(pk__in=pks)
    if are_included:
        found = Issues(issues, ISSUE_FIELDS, scope).as_data()
        return {data["id"]: _place_of(data) | {"issue": data} for data in found}
    return _places(issues, "issue", scope, lambda issue: scope.api_url("issues", issue.pk))


def _place_of(data: Data) -> Data:
    return {name: data[name] for name in PLACE}


def _digests(pks: list[int], scope: Scope) -> dict[int, Data]:
    """Return what the feed says of public digests, by primary key."""
    if not pks:
        return {}
    digests = scope.digests(pk__in=pks)
    return _places(digests, "digest", scope, lambda digest: digest_api_url(digest, scope))


def _places(
    pages: QuerySet, kind: str, scope: Scope, api_url: Callable[[Any], str]
) -> dict[int, Data]:
    """Return the ``PLACE`` of each page, with one query."""
    found = list(pages.select_related("locale").only(*LINKED, "locale__language_code").order_by())
    scope.note_shown(kind, found)
    values = [(page.locale.language_code, scope.page_url(page), api_url(page)) for page in found]
    return {
        page.pk: dict(zip(PLACE, place, strict=True))
        for page, place in zip(found, values, strict=True)
    }
