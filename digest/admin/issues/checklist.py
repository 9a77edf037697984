"""The checklist beside the form: a side panel, and what answers it while somebody types."""

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

from digest.admin.access import Named, names
from digest.checklist.findings import Finding, Level
from digest.checklist.mixins import ChecklistMixin
from digest.checklist.run import find
from digest.pages.page_models import get_issue_page_model

SCRIPTS = ["digest/admin/jump.js", "digest/admin/checklist.js"]


class ChecklistSidePanel(BaseSidePanel):
    """What an issue lacks, beside its form. ``parent`` is the digest of one that is not saved."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        """Opens the panel, and says how much is in it."""

        aria_label = _("Toggle checklist")
        icon_name = "clipboard-list"

    name = "checklist"
    title = _("Checklist")
    template_name = "digest/admin/checklist_panel.html"
    order = 340  # Before Wagtail's own checks of what the preview shows.

    def __init__(self, issue: Any, request: HttpRequest, parent: Any = None) -> None:
        super().__init__(issue, request)
        self.parent = parent

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        """Add ``url``: where the form is sent to be checked."""
        if self.object.pk:
            url = reverse("digest_checklist", args=[self.object.pk])
        else:
            url = reverse("digest_new_checklist", args=[self.parent.pk])
        return super().get_context_data(parent_context) | {"url": url}

    @property
    def media(self) -> Media:
        """The scripts, and how it looks."""
        css = {"all": [versioned_static("digest/admin/checklist.css")]}
        return Media(js=[versioned_static(script) for script in SCRIPTS], css=css)


class ChecklistAnswer:
    """Checks what was typed, and says what it found; changes and keeps nothing."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The findings as HTML, with their number; nothing where what was typed makes no page."""
        form = self.get_form(request.POST)
        if not self.validate_form(form):
            return JsonResponse({"is_valid": False})
        if not request.POST.get("title"):
            form.instance.title = ""  # Wagtail has put a placeholder there.
        found = find(form.instance)
        context = {"groups": grouped(form.instance, found, request.user)}
        html = render_to_string("digest/admin/checklist_findings.html", context, request)
        answer = {"is_valid": True, "count": len(found), "status": status_of(found), "html": html}
        return JsonResponse(answer)


class ChecklistOnEditView(ChecklistAnswer, PreviewOnEditView):
    """Checks an issue that is saved, with what is in its form now."""

    def get_object(self) -> Any:
        """The issue, if the user may edit it."""
        issue = super().get_object()
        if not isinstance(issue, ChecklistMixin):
            raise Http404
        return issue


class ChecklistOnCreateView(ChecklistAnswer, PreviewOnCreateView):
    """Checks an issue that is not saved yet."""

    @cached_property
    def content_type(self) -> ContentType:
        """That of issues; the address names only the digest."""
        return ContentType.objects.get_for_model(get_issue_page_model())

    def get_object(self) -> Any:
        """A new issue in the language of its digest, if the user may add one."""
        issue = super().get_object()
        parent = issue.get_parent().specific
        if type(issue) not in parent.creatable_subpage_models():
            raise PermissionDenied
        issue.locale_id = parent.locale_id
        return issue


@hooks.register("register_admin_urls")
def register_checklist_urls() -> list[URLPattern]:
    """Where the form is sent to be checked."""
    edit, create = ChecklistOnEditView.as_view(), ChecklistOnCreateView.as_view()
    return [
        path("digest/checklist/<int:page_id>/", edit, name="digest_checklist"),
        path("digest/checklist/new/<int:parent_page_id>/", create, name="digest_new_checklist"),
    ]


def status_of(found: list[Finding]) -> str:
    """How much there is to mend, in a few words that are read out when they change."""
    if not found:
        return _now("Nothing to mend.")
    total = ngettext("%(count)d thing to mend", "%(count)d things to mend", len(found))
    required = sum(finding.level == Level.REQUIRED for finding in found)
    held = _now(", %(count)d required for publishing") if required else ""
    return total % {"count": len(found)} + held % {"count": required} + "."


class Group(NamedTuple):
    """The findings about one story, or about the issue as a whole."""

    title: str
    findings: list[tuple[Finding, list[Named]]]


def grouped(issue: Any, found: list[Finding], user: Any) -> list[Group]:
    """The findings, those of one story together."""
    mentions = {mention for finding in found for mention in finding.slip.mentions}
    named = names(mentions, user)
    stories = (
        [child for child in issue.body if child.block_type == "story_section"] if found else []
    )
    return [
        Group(
            _title(number, stories),
            [(finding, [named[m.pk] for m in finding.slip.mentions]) for finding in group],
        )
        for number, group in groupby(found, key=lambda finding: finding.slip.story)
    ]


def _title(number: int | None, stories: list[Any]) -> str:
    if number is None:
        return _now("The issue")
    heading = stories[number - 1].value.get("heading")
    title = _now("Story %(number)d: %(heading)s") if heading else _now("Story %(number)d")
    return title % {"number": number, "heading": heading}
