"""Dashboard panel with the next issue of each digest and what it needs to be published."""

from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import QuerySet
from django.forms import Media
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from wagtail import hooks
from wagtail.admin.staticfiles import versioned_static
from wagtail.admin.ui.components import Component

from digest.admin.access import digests_with_permission
from digest.admin.issues.states import states_of, with_states
from digest.checklist.findings import Finding, Level
from digest.checklist.rules import all_rules
from digest.checklist.run import check_issue
from digest.pages.bodies import tolerate_broken_body
from digest.pages.drafts import with_draft_values
from digest.pages.page_models import get_issue_page_model
from digest.pages.time_zones import time_zone_of, today_in

DIGESTS_SHOWN = 5
ISSUES_SHOWN = 3
LINES_SHOWN = 4


@dataclass
class NextIssue:
    """Hold the next issue with its validation errors and checklist warnings."""

    issue: Any
    edit_url: str
    missing: list[str] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)

    @property
    def states(self) -> list[str]:
        return [state.label for state in states_of(self.issue)]

    @property
    def missing_first(self) -> list[str]:
        return self.missing[:LINES_SHOWN]

    @property
    def missing_more(self) -> int:
        return max(0, len(self.missing) - LINES_SHOWN)

    @property
    def warnings_url(self) -> str:
        """Return the URL of the editor, opened at the field of the first warning."""
        return self.edit_url and f"{self.edit_url}#digest-field={self.warnings[0].path}"


@dataclass
class UpcomingIssues:
    """Hold a digest's upcoming issues; the lists hold pairs of issue and edit URL."""

    digest: Any
    new_url: str
    next: NextIssue | None = None
    scheduled: list[Any] = field(default_factory=list)
    in_review: list[Any] = field(default_factory=list)

    @property
    def time_zone(self) -> tzinfo:
        return time_zone_of(self.digest)


class NextIssuesPanel(Component):
    """Show the next issue of each digest that the user can work on."""

    name = "digest_next_issues"
    order = 150
    template_name = "digest/admin/home_panel.html"

    @property
    def media(self) -> Media:
        return Media(css={"all": [versioned_static("digest/admin/issues.css")]})

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        user = parent_context["request"].user
        digests = list(
            digests_with_permission(user, "add", "change", "publish")[: DIGESTS_SHOWN + 1]
        )
        return {
            "upcoming": [_upcoming_issues(digest, user) for digest in digests[:DIGESTS_SHOWN]],
            "has_more": len(digests) > DIGESTS_SHOWN,
        }


@hooks.register("construct_homepage_panels")
def add_next_issues(request: HttpRequest, panels: list[Any]) -> None:
    panels.append(NextIssuesPanel())


def _upcoming_issues(digest: Any, user: Any) -> UpcomingIssues:
    issues = get_issue_page_model().objects.child_of(digest).filter(alias_of=None).defer("body")
    issues = with_states(with_draft_values(issues))
    scheduled = issues.filter(scheduled_for__isnull=False).order_by("scheduled_for", "pk")
    in_review = issues.filter(is_in_review=True).order_by("draft_date", "pk")
    return UpcomingIssues(
        digest,
        _new_url(digest, user),
        next=_next(digest, issues, user),
        scheduled=[(issue, _edit_url(issue, user)) for issue in scheduled[:ISSUES_SHOWN]],
        in_review=[(issue, _edit_url(issue, user)) for issue in in_review[:ISSUES_SHOWN]],
    )


def _next(digest: Any, issues: QuerySet, user: Any) -> NextIssue | None:
    """Return the unpublished issue with the earliest date from today on."""
    coming = issues.filter(live=False, expired=False, draft_date__gte=today_in(digest))
    issue = coming.order_by("draft_date", "pk").first()
    found = issue and NextIssue(issue, _edit_url(issue, user))
    if found:
        with tolerate_broken_body(issue):
            draft = issue.get_latest_revision_as_object()
            found.warnings = check_issue(draft, [Level.WARNING], exclude=_expensive_rules())
            found.missing = _missing(draft)
    return found


def _expensive_rules() -> set[str]:
    """Return rules that the editor runs; the dashboard is loaded too often for them."""
    return {code for code, rule in all_rules().items() if rule.is_expensive}


def _missing(draft: Any) -> list[str]:
    try:
        draft.clean_for_publishing()
    except ValidationError as error:
        return list(_lines(draft, error))
    return []


def _lines(draft: Any, error: ValidationError) -> Any:
    errors = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for name, messages in errors.items():
        # Errors of the body name their block.
        bare = name in ("", "body", NON_FIELD_ERRORS)
        label = "" if bare else f"{capfirst(draft._meta.get_field(name).verbose_name)}: "
        yield from (f"{label}{message}" for message in messages)


def _new_url(digest: Any, user: Any) -> str:
    if not digest.permissions_for_user(user).can_add_subpage():
        return ""
    meta = get_issue_page_model()._meta
    return reverse("wagtailadmin_pages:add", args=[meta.app_label, meta.model_name, digest.pk])


def _edit_url(issue: Any, user: Any) -> str:
    may_edit = issue.permissions_for_user(user).can_edit()
    return reverse("wagtailadmin_pages:edit", args=[issue.pk]) if may_edit else ""
