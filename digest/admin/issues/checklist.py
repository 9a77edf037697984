"""Checklist side panel, and the views that check the posted form while an editor types."""

from itertools import groupby
from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.forms import Media
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail import hooks
from wagtail.admin.staticfiles import versioned_static
from wagtail.admin.ui.side_panels import BaseSidePanel
from wagtail.admin.views.pages.preview import PreviewOnCreateView, PreviewOnEditView

from digest.admin.access import MentionedIssue, resolve_mentions
from digest.checklist.findings import Finding, Level
from digest.checklist.mixins import ChecklistMixin
from digest.checklist.run import check_issue
from digest.pages.page_models import get_issue_page_model

SCRIPTS = ["digest/admin/form.js", "digest/admin/jump.js", "digest/admin/checklist.js"]


class ChecklistSidePanel(BaseSidePanel):
    """Show the checklist findings; ``parent`` is the digest of an unsaved issue."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = _("Checklist")
        icon_name = "clipboard-list"

    name = "checklist"
    title = _("Checklist")
    template_name = "digest/admin/checklist_panel.html"
    order = 340  # Before Wagtail's content checks.

    def __init__(self, issue: Any, request: HttpRequest, parent: Any = None) -> None:
        super().__init__(issue, request)
        self.parent = parent

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        if self.object.pk:
            url = reverse("digest_checklist", args=[self.object.pk])
        else:
            url = reverse("digest_new_checklist", args=[self.parent.pk])
        is_blank = not self.object.pk and self.request.method == "GET"
        return super().get_context_data(parent_context) | {"url": url, "is_blank": is_blank}

    @property
    def media(self) -> Media:
        css = {"all": [versioned_static("digest/admin/checklist.css")]}
        return Media(js=[versioned_static(script) for script in SCRIPTS], css=css)


class ChecklistResponseMixin:
    """Return the findings for a posted form as JSON, without saving anything."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form(request.POST)
        if not self.validate_form(form):
            return JsonResponse({"is_valid": False})
        if not request.POST.get("title"):
            form.instance.title = ""  # Wagtail has filled in a placeholder.
        found = check_issue(form.instance)
        context = {"groups": group_by_story(form.instance, found, request.user)}
        html = render_to_string("digest/admin/checklist_findings.html", context, request)
        data = {
            "is_valid": True,
            "count": len(found),
            "required": count_required(found),
            "status": status_message(found),
            "html": html,
        }
        return JsonResponse(data)


class ChecklistOnEditView(ChecklistResponseMixin, PreviewOnEditView):
    """Check the posted form of a saved issue."""

    def get_object(self) -> Any:
        issue = super().get_object()
        if not isinstance(issue, ChecklistMixin):
            raise Http404
        return issue


class ChecklistOnCreateView(ChecklistResponseMixin, PreviewOnCreateView):
    """Check the posted form of an unsaved issue."""

    @cached_property
    def content_type(self) -> ContentType:
        # Wagtail's view reads it from the URL; ours has only the digest.
        return ContentType.objects.get_for_model(get_issue_page_model())

    def get_object(self) -> Any:
        """Return a new issue in its digest's locale; raise PermissionDenied if not creatable."""
        issue = super().get_object()
        parent = issue.get_parent().specific
        if type(issue) not in parent.creatable_subpage_models():
            raise PermissionDenied
        issue.locale_id = parent.locale_id
        return issue


@hooks.register("register_admin_urls")
def register_checklist_urls() -> list[URLPattern]:
    edit, create = ChecklistOnEditView.as_view(), ChecklistOnCreateView.as_view()
    return [
        path("digest/checklist/<int:page_id>/", edit, name="digest_checklist"),
        path("digest/checklist/new/<int:parent_page_id>/", create, name="digest_new_checklist"),
    ]


def count_required(found: list[Finding]) -> int:
    """Return the number of findings that prevent publishing."""
    return sum(finding.level == Level.REQUIRED for finding in found)


def status_message(found: list[Finding]) -> str:
    """Return the number of findings as a message for screen readers."""
    if not found:
        return _now("Nothing to fix.")
    total = ngettext("%(count)d thing to fix", "%(count)d things to fix", len(found))
    required = count_required(found)
    suffix = _now(", %(count)d required for publishing") if required else ""
    return total % {"count": len(found)} + suffix % {"count": required} + "."


class FindingGroup(NamedTuple):
    """Hold the findings about one story, or about the issue as a whole."""

    title: str
    findings: list[tuple[Finding, list[MentionedIssue]]]


def group_by_story(issue: Any, found: list[Finding], user: Any) -> list[FindingGroup]:
    """Group findings that are sorted by story."""
    mentions = {mention for finding in found for mention in finding.mentions}
    issues = resolve_mentions(mentions, user)
    stories = (
        [child for child in issue.body if child.block_type == "story_section"] if found else []
    )
    return [
        FindingGroup(
            _title(number, stories),
            [(finding, [issues[m.pk] for m in finding.mentions]) for finding in group],
        )
        for number, group in groupby(found, key=lambda finding: finding.story)
    ]


def _title(number: int | None, stories: list[Any]) -> str:
    if number is None:
        return _now("The issue")
    heading = stories[number - 1].value.get("heading")
    title = _now("Story %(number)d: %(heading)s") if heading else _now("Story %(number)d")
    return title % {"number": number, "heading": heading}
