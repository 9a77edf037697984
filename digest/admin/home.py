"""The front page of the admin: an import field, and the next issue of each digest."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
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
from digest.admin.importing.forms import ImportForm
from digest.admin.importing.views import can_import
from digest.admin.issues.states import State, in_states, states_of, with_states
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
CONTINUED_FOR = timedelta(days=14)  # how long a draft is offered after its date


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
    """Hold a digest's issues around today, each but the next one with its edit URL.

    ``published`` is live since today, whatever its date; ``passed`` is the last draft whose date
    has passed.
    """

    digest: Any
    new_url: str
    published: tuple[Any, str] | None = None
    passed: tuple[Any, str] | None = None
    next: NextIssue | None = None
    scheduled: list[Any] = field(default_factory=list)
    in_review: list[Any] = field(default_factory=list)

    @property
    def time_zone(self) -> tzinfo:
        return time_zone_of(self.digest)

    @property
    def yesterday(self) -> date:
        return today_in(self.digest) - timedelta(days=1)


class ImportPanel(Component):
    """Show the form of the import, which also takes what is pasted or dropped on the page."""

    name = "digest_import"
    order = 140
    template_name = "digest/admin/home_import_panel.html"

    @property
    def media(self) -> Media:
        return Media(css={"all": [versioned_static("digest/admin/import.css")]})

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        user = parent_context["request"].user
        form = ImportForm(user=user)
        return {"form": form, "user": user, "csrf_token": parent_context["csrf_token"]}


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
def add_panels(request: HttpRequest, panels: list[Any]) -> None:
    panels.append(NextIssuesPanel())
    if can_import(request.user):
        panels.append(ImportPanel())


def _upcoming_issues(digest: Any, user: Any) -> UpcomingIssues:
    issues = get_issue_page_model().objects.child_of(digest).filter(alias_of=None).defer("body")
    issues = with_states(with_draft_values(issues))
    today = today_in(digest)
    next_issue = _next(issues.filter(draft_date__gte=today), user)
    others = issues.exclude(pk=next_issue.issue.pk) if next_issue else issues
    scheduled = others.filter(scheduled_for__isnull=False).order_by("scheduled_for", "pk")
    in_review = others.filter(is_in_review=True).order_by("draft_date", "pk")
    return UpcomingIssues(
        digest,
        _new_url(digest, user),
        published=_first(_published(issues, _start_of(today, digest)), user),
        passed=_first(_passed(issues, today), user),
        next=next_issue,
        scheduled=_with_edit_urls(scheduled[:ISSUES_SHOWN], user),
        in_review=_with_edit_urls(in_review[:ISSUES_SHOWN], user),
    )


def _start_of(day: date, digest: Any) -> datetime:
    return datetime.combine(day, time.min, time_zone_of(digest))


def _published(issues: QuerySet, since: datetime) -> QuerySet:
    is_live = in_states([State.LIVE, State.LIVE_WITH_CHANGES])
    return issues.filter(is_live, first_published_at__gte=since).order_by(
        "-first_published_at", "-pk"
    )


def _passed(issues: QuerySet, today: date) -> QuerySet:
    """Filter by drafts whose date has passed; the others are listed with what they wait for."""
    drafts = issues.filter(in_states([State.DRAFT]), draft_date__gte=today - CONTINUED_FOR)
    return drafts.filter(draft_date__lt=today).order_by("-draft_date", "-pk")


def _with_edit_urls(issues: QuerySet, user: Any) -> list[tuple[Any, str]]:
    return [(issue, _edit_url(issue, user)) for issue in issues]


def _first(issues: QuerySet, user: Any) -> tuple[Any, str] | None:
    return next(iter(_with_edit_urls(issues[:1], user)), None)


def _next(issues: QuerySet, user: Any) -> NextIssue | None:
    """Return the unpublished issue with the earliest date."""
    coming = issues.filter(live=False, expired=False)
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
