"""Source index in the admin, built with wagtail-modeladmin: search, filters, export, editing."""

import re
from typing import Any

from django.contrib.admin import display
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, re_path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel
from wagtail_modeladmin.helpers import DjangoORMSearchHandler, PermissionHelper
from wagtail_modeladmin.options import ModelAdmin
from wagtail_modeladmin.views import EditView, IndexView, InspectView

from digest.admin.access import MentionedIssue, PermittedHistoryView, resolve_mentions
from digest.admin.sources.filters import CitedFilter, HostFilter, StateFilter
from digest.checklist.findings import Mention
from digest.http.client import RequestError
from digest.pages.time_zones import format_datetime
from digest.sources.checking import BROKEN
from digest.sources.models import Citation, Source
from digest.sources.pages import read_page

CITATIONS_SHOWN = 100
# Prefixes that spreadsheets evaluate as formulas, and characters that are invalid in .xlsx files.
FORMULA = re.compile(r"[=+\-@\t\r\n]")
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
CSS = "digest/admin/sources.css"


class SourcePermissionHelper(PermissionHelper):
    """Deny adding and deleting: sources are created and deleted with the issues that cite them."""

    def get_all_model_permissions(self) -> QuerySet:
        names = [self.get_perm_codename(action) for action in ("view", "change")]
        return super().get_all_model_permissions().filter(codename__in=names)

    def user_can_create(self, user: Any) -> bool:
        return False

    def user_can_delete_obj(self, user: Any, obj: Source) -> bool:
        return False


class SourceSearchHandler(DjangoORMSearchHandler):
    """Search the fields of sources and of their citations; every word must match."""

    def search_queryset(self, queryset: QuerySet, search_term: str, **kwargs: Any) -> QuerySet:
        for word in search_term.replace("\0", " ").split()[:20]:
            cited = self._contains(("title", "publisher", "url"), word)
            citations = Citation.objects.filter(cited, source=OuterRef("pk"))
            own = self._contains(("title", "publisher", "canonical_url"), word)
            queryset = queryset.filter(own | Exists(citations))
        return queryset

    def _contains(self, names: tuple[str, ...], word: str) -> Q:
        clause = Q()
        for name in names:
            clause |= Q(**{f"{name}__icontains": word})
        return clause


class SourceIndexView(IndexView):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Redirect to the unfiltered list if the query string is invalid."""
        try:
            return super().dispatch(request, *args, **kwargs)
        except IncorrectLookupParameters:
            return redirect(self.index_url)

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        """Return only the declared filters; modeladmin accepts lookups on any related field."""
        known = {list_filter.parameter_name for list_filter in self.list_filter}
        found = super().get_filters_params(params)
        return {name: value for name, value in found.items() if name in known}

    def to_row_dict(self, item: Source) -> dict[str, Any]:
        cells = super().to_row_dict(item)
        return {name: escape_formula(value) for name, value in cells.items()}


def escape_formula(value: Any) -> Any:
    """Return a cell value that spreadsheets do not evaluate as a formula."""
    if not isinstance(value, str):
        return value
    text = UNWRITABLE.sub("", value)
    return f"'{text}" if FORMULA.match(text) else text


class SourceInstanceMixin:
    """Load the source with its citations; raise Http404 for an invalid ID."""

    def __init__(self, model_admin: ModelAdmin, instance_pk: str) -> None:
        if not re.fullmatch(r"[0-9]{1,18}", instance_pk):
            raise Http404
        super().__init__(model_admin, instance_pk)
        self.instance = Source.objects.with_citations().get(pk=self.instance.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add ``fill_in_url`` if the user may change the source."""
        if self.permission_helper.user_can_edit_obj(self.request.user, self.instance):
            kwargs["fill_in_url"] = self.url_helper.get_action_url("fill_in", self.pk_quoted)
        return super().get_context_data(**kwargs)


class SourceInspectView(SourceInstanceMixin, InspectView):
    """Show a source with its citations and link checks."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        citations = self.instance.citations.order_by("-date", "-issue_id", "position")
        return super().get_context_data(
            citations=self._with_issues(citations.select_related("issue")[:CITATIONS_SHOWN]),
            citation_count=citations.count(),
            checks=self.instance.checks.all(),
            is_broken=self.instance.state in BROKEN,
            **kwargs,
        )

    def _with_issues(self, citations: QuerySet) -> list[tuple[Citation, MentionedIssue]]:
        """Pair each citation with its issue, as far as the user may see it."""
        mentions = [Mention(row.issue_id, row.issue.title, row.date) for row in citations]
        issues = resolve_mentions(mentions, self.request.user)
        return [(row, issues[row.issue_id]) for row in citations]


class SourceEditView(SourceInstanceMixin, EditView):
    pass


class SourceHistoryView(SourceInstanceMixin, PermittedHistoryView):
    pass


class FillInView(SourceEditView):
    """Fetch the page of a source and prefill the form with its metadata, without saving."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        url = self.instance.cited_url or self.instance.canonical_url
        try:
            metadata = read_page(url)
        except RequestError as error:
            message = _now("Nothing could be read from %(url)s. %(reason)s")
            messages.error(request, message % {"url": url, "reason": error})
            return redirect(self.url_helper.get_action_url("inspect", self.pk_quoted))
        messages.info(request, _now("The form was filled in from the page. Save to keep it."))
        found = {name: value for name, value in metadata._asdict().items() if value}
        form = self.get_form_class()(initial=found, instance=self.instance, for_user=request.user)
        return self.render_to_response(self.get_context_data(form=form))


class SourceAdmin(ModelAdmin):
    model = Source
    menu_label = _("Sources")
    menu_icon = "link"
    menu_order = 30
    add_to_admin_menu = False
    base_url_path = "digest/sources"
    permission_helper_class = SourcePermissionHelper
    search_handler_class = SourceSearchHandler
    index_view_class = SourceIndexView
    inspect_view_class = SourceInspectView
    edit_view_class = SourceEditView
    history_view_class = SourceHistoryView
    inspect_view_enabled = True
    inspect_template_name = "digest/admin/inspect_source.html"
    edit_template_name = "digest/admin/edit_source.html"
    inspect_view_fields = ["canonical_url"]
    list_display = [
        "name",
        "publisher_and_host",
        "issues",
        "first_cited",
        "last_cited",
        "status",
        "last_checked_at",
    ]
    list_export = [
        "name",
        "published_by",
        "host",
        "canonical_url",
        "issues",
        "first_cited",
        "last_cited",
        "state_name",
        "http_status",
        "moved_to",
        "last_checked",
    ]
    export_filename = "sources"
    index_view_extra_css = [CSS]
    inspect_view_extra_css = [CSS]
    list_filter = [StateFilter, CitedFilter, HostFilter]
    list_per_page = 50
    search_fields = ["title"]
    ordering = ["-last_cited_on"]
    panels = [FieldPanel("title"), FieldPanel("publisher"), FieldPanel("published_on")]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return Source.objects.cited().with_citations().order_by(*self.ordering)

    def get_empty_value_display(self, field_name: str | None = None) -> str:
        return ""

    def fill_in_view(self, request: HttpRequest, instance_pk: str) -> HttpResponse:
        return FillInView.as_view(model_admin=self, instance_pk=instance_pk)(request)

    def get_admin_urls_for_registration(self) -> tuple[URLPattern, ...]:
        pattern = self.url_helper.get_action_url_pattern("fill_in")
        name = self.url_helper.get_action_url_name("fill_in")
        return (
            *super().get_admin_urls_for_registration(),
            re_path(pattern, self.fill_in_view, name=name),
        )

    @display(description=_("Title"), ordering="shown_title")
    def name(self, source: Source) -> str:
        return str(source)

    @display(description=_("Publisher"), ordering="shown_publisher")
    def published_by(self, source: Source) -> str:
        return source.shown_publisher

    @display(description=_("Publisher"), ordering="shown_publisher")
    def publisher_and_host(self, source: Source) -> SafeString:
        """Return the publisher, and the host as a link to the source."""
        link = '{}<br><a href="{}" target="_blank" rel="noreferrer">{}</a>'
        url = source.cited_url or source.canonical_url
        return format_html(link, source.shown_publisher or "–", url, source.host)

    @display(description=_("Issues"), ordering="issue_count")
    def issues(self, source: Source) -> int:
        """Return the number of live issues that cite the source."""
        return source.issue_count

    @display(description=_("First cited"), ordering="first_cited_on")
    def first_cited(self, source: Source) -> str:
        return source.first_cited_on.isoformat()

    @display(description=_("Last cited"), ordering="last_cited_on")
    def last_cited(self, source: Source) -> str:
        return source.last_cited_on.isoformat()

    @display(description=_("State"), ordering="state")
    def state_name(self, source: Source) -> str:
        return source.get_state_display()

    @display(description=_("State"), ordering="state")
    def status(self, source: Source) -> SafeString:
        """Return the state as a badge, red for broken sources."""
        red = "w-text-text-error" if source.state in BROKEN else ""
        badge = '<span class="w-status {}">{}</span>'
        return format_html(badge, red, source.get_state_display())

    @display(description=_("Last checked"), ordering="checked_at")
    def last_checked_at(self, source: Source) -> str:
        return format_datetime(source.checked_at) if source.checked_at else ""

    @display(description=_("Last checked"), ordering="checked_at")
    def last_checked(self, source: Source) -> str:
        """Return the time for a spreadsheet, with its offset from UTC."""
        return localtime(source.checked_at).isoformat(" ", "minutes") if source.checked_at else ""
