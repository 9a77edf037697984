"""The listing of submissions, and its export as a record of what scripts have submitted."""

from typing import Any

import django_filters
from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import BaseColumn, Column, StatusTagColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from digest.admin.access import digests_with_permission
from digest.admin.listings import WIDE, styles
from digest.admin.spreadsheets import escape_formula
from digest.contrib.submissions.admin.access import submissions_of
from digest.contrib.submissions.admin.words import yes_or_no
from digest.contrib.submissions.models import ApiKey, IssueProvenance, Submission
from digest.contrib.submissions.outcomes import State, listed_state, with_issues
from digest.contrib.submissions.reports import StoredReport
from digest.pages.time_zones import format_datetime

NOTHING = "–"


def _digests(request: HttpRequest) -> QuerySet:
    return digests_with_permission(request.user, "change")


def _keys(request: HttpRequest) -> QuerySet:
    used = submissions_of(request.user).order_by().values("key")
    return ApiKey.objects.filter(pk__in=used).order_by("name", "pk")


class SubmissionFilterSet(WagtailFilterSet):
    digest = django_filters.ModelChoiceFilter(label=_("Digest"), queryset=_digests)
    key = django_filters.ModelChoiceFilter(label=_("API key"), queryset=_keys)

    approver = django_filters.ChoiceFilter(
        label=_("Approved by"),
        choices=[("nobody", _("Published without review by a person"))],
        method="filter_approver",
    )

    class Meta:
        model = Submission
        fields: list[str] = []

    def filter_approver(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        unapproved = IssueProvenance.objects.filter(approved_at=None, issue__live=True)
        return queryset.filter(may_edit=True, issue__in=unapproved.values("issue"))


def _title(submission: Submission) -> Any:
    if submission.issue is None:
        return NOTHING
    if not submission.may_edit:
        return _("An issue that you may not edit")
    return submission.issue.get_admin_display_title()


def _edit_url(submission: Submission) -> str | None:
    if submission.issue is None or not submission.may_edit:
        return None
    return reverse("wagtailadmin_pages:edit", args=[submission.issue.pk])


def _report_value(name: str) -> Any:
    """Return an accessor of what the stored report counts."""

    def read(submission: Submission) -> Any:
        report = StoredReport.of(submission)
        if report is None:
            return NOTHING
        value = getattr(report, name)
        return len(value) if isinstance(value, list) else value

    return read


def _state(submission: Submission) -> str:
    return str(listed_state(submission).label)


def _url(submission: Submission) -> str:
    """Return the public URL of the issue, if it has one and the user may edit it."""
    issue = submission.issue
    is_shown = issue is not None and issue.live and submission.may_edit
    return issue.full_url or "" if is_shown else ""


def _record(submission: Submission) -> IssueProvenance | None:
    """Return who has approved the issue, if the user may edit it."""
    return submission.record if submission.may_edit else None


def _approver(submission: Submission) -> str:
    record = _record(submission)
    if record is None:
        return ""
    return record.approver_name or gettext("Published without review by a person")


def _approved(submission: Submission) -> str:
    record = _record(submission)
    return record.approved_at.isoformat(" ", "seconds") if record and record.approved_at else ""


COLUMNS: list[BaseColumn] = [
    TitleColumn("issue", label=_("Issue"), accessor=_title, get_url=_edit_url),
    StatusTagColumn(
        "state",
        label=_("State"),
        accessor=_state,
        primary=lambda submission: listed_state(submission) == State.PUBLISHED,
    ),
    Column(
        "created_at",
        label=_("Submitted"),
        accessor=lambda submission: format_datetime(submission.created_at),
        sort_key="created_at",
    ),
    Column("digest", label=_("Digest"), accessor="digest.title", classname=WIDE),
    Column("key_name", label=_("API key"), classname=WIDE),
    Column("made_with", label=_("Made with"), classname=WIDE),
    Column(
        "not_understood",
        label=_("Not understood"),
        accessor=_report_value("not_understood"),
        classname=WIDE,
    ),
    Column("findings", label=_("Findings"), accessor=_report_value("findings"), classname=WIDE),
    Column("note", label=_("Note"), classname=f"{WIDE} digest-submissions-note"),
]
EXPORT = {
    "key": (_("API key"), lambda submission: submission.key_name),
    "made_with": (_("Made with"), lambda submission: submission.made_with),
    "uses_ai": (_("Writes with AI"), lambda submission: yes_or_no(submission.uses_ai)),
    "submitted": (
        _("Submitted"),
        lambda submission: submission.created_at.isoformat(" ", "seconds"),
    ),
    "digest": (_("Digest"), lambda submission: submission.digest.title),
    "issue": (_("Issue"), lambda submission: str(_title(submission))),
    "url": (_("URL"), _url),
    "state": (_("State"), _state),
    "approver": (_("Approved by"), _approver),
    "approved": (_("Approved"), _approved),
}


class SubmissionIndexView(generic.IndexView):
    any_permission_required = ["view"]
    page_title = _("Submissions")

    def get_base_queryset(self) -> QuerySet:
        rows = submissions_of(self.request.user).select_related("digest")
        return with_issues(rows.defer("document", "story_hashes"))

    @cached_property
    def columns(self) -> list[BaseColumn]:
        return COLUMNS

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(*args, **kwargs)
        context["media"] += styles("digest/admin/submissions.css")
        # Whether to link to the keys.
        context["may_make_keys"] = self.request.user.has_perm("digest_submissions.add_apikey")
        return context

    def as_spreadsheet(self, queryset: QuerySet, spreadsheet_format: str) -> HttpResponse:
        rows = IssueProvenance.objects.filter(issue__in=queryset.order_by().values("issue"))
        self.records = {row.issue_id: row for row in rows}
        return super().as_spreadsheet(queryset.defer("document", "response"), spreadsheet_format)

    def to_row_dict(self, item: Submission) -> dict[str, Any]:
        item.record = self.records.get(item.issue_id)
        return {name: escape_formula(read(item)) for name, (_label, read) in EXPORT.items()}


class SubmissionViewSet(ModelViewSet):
    model = Submission
    name = "digest_submissions"
    url_prefix = "digest/submissions"
    menu_label = _("Submissions")
    menu_hook = "register_digest_menu_item"
    menu_order = 35
    icon = "download"
    add_to_reference_index = False
    copy_view_enabled = False
    index_view_class = SubmissionIndexView
    index_results_template_name = "digest/submissions/admin/submissions_results.html"
    filterset_class = SubmissionFilterSet
    form_fields: list[str] = []
    ordering = "-created_at"
    list_export = list(EXPORT)
    export_headings = {name: label for name, (label, _read) in EXPORT.items()}
    export_filename = "submissions"

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        absent = ("add", "edit", "delete", "history", "usage")
        names = {f"{name}_url_name": None for name in absent}
        return super().get_common_view_kwargs(**names, **kwargs)

    def get_urlpatterns(self) -> list[URLPattern]:
        return [url for url in super().get_urlpatterns() if url.name in ("index", "index_results")]

    def get_permissions_to_register(self) -> QuerySet:
        return Permission.objects.none()

    def register_admin_url_finder(self) -> None:
        """Register none: there is no form that log entries could link to."""
