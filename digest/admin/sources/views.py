"""Source index in the admin: search, filters, export, citations and checks, editing."""

from functools import cached_property
from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.forms import Media
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel
from wagtail.admin.ui.tables import TitleColumn
from wagtail.admin.views.generic import EditView, IndexView, InspectView
from wagtail.admin.views.generic.history import HistoryView
from wagtail.admin.viewsets.model import ModelViewSet

from digest.admin.access import MentionedIssue, resolve_mentions
from digest.admin.listings import EmptyMessageMixin, styles
from digest.admin.sources.columns import COLUMNS, EXPORT, export_row
from digest.admin.sources.filters import SourceFilterSet
from digest.blocks.safe_values import MAX_ID
from digest.checklist.findings import Mention
from digest.http.client import RequestError
from digest.sources.checking import BROKEN
from digest.sources.models import Citation, Source
from digest.sources.pages import read_page

CITATIONS_SHOWN = 100


class SourceIndexView(EmptyMessageMixin, IndexView):
    """List the cited sources; every word of a search must match."""

    empty_message = _(
        "The sources of all live issues are listed here, with the state of their links. The"
        " first one appears when you publish an issue that names a source."
    )

    @cached_property
    def columns(self) -> list[Any]:
        title = self._get_title_column_class(TitleColumn)
        name = title(
            "name",
            label=_("Title"),
            accessor=str,
            sort_key="shown_title",
            get_url=self.get_inspect_url,
        )
        return [name, *COLUMNS]

    def get_base_queryset(self) -> QuerySet:
        return Source.objects.cited().with_citations()

    def order_queryset(self, queryset: QuerySet) -> QuerySet:
        return queryset.order_by(self.ordering, "-pk")

    def search_queryset(self, queryset: QuerySet) -> QuerySet:
        for word in self.search_query.split()[:20]:
            cited = _contains(("title", "publisher", "url"), word)
            citations = Citation.objects.filter(cited, source=OuterRef("pk"))
            own = _contains(("title", "publisher", "canonical_url"), word)
            queryset = queryset.filter(own | Exists(citations))
        return queryset

    def to_row_dict(self, item: Source) -> dict[str, Any]:
        return export_row(item)

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(*args, **kwargs)
        context["media"] += styles("digest/admin/sources.css")
        return context


def _contains(names: tuple[str, ...], word: str) -> Q:
    clause = Q()
    for name in names:
        clause |= Q(**{f"{name}__icontains": word})
    return clause


class SourceMixin:
    """Load a source with its citations; raise Http404 for an ID that no database can have."""

    def get_object(self, queryset: QuerySet | None = None) -> Source:
        pk = self.kwargs["pk"]
        found = Source.objects.with_citations().filter(pk=pk).first() if pk <= MAX_ID else None
        if found is None:
            raise Http404
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add ``fill_in_url`` if the user may change the source."""
        context = super().get_context_data(**kwargs)
        if self.user_has_permission("change"):
            context["fill_in_url"] = reverse("digest_sources:fill_in", args=[self.object.pk])
        context["media"] = context.get("media", Media()) + styles("digest/admin/sources.css")
        return context


class SourceInspectView(SourceMixin, InspectView):
    """Show a source with its citations and link checks."""

    template_name = "digest/admin/inspect_source.html"
    page_title = _("Source")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        source = self.object
        citations = source.citations.order_by("-date", "-issue_id", "position")
        return super().get_context_data(**kwargs) | {
            "citations": self._with_issues(citations.select_related("issue")[:CITATIONS_SHOWN]),
            "citation_count": citations.count(),
            "checks": source.checks.all(),
            "is_broken": source.state in BROKEN,
            "edit_url": self.get_edit_url(),
        }

    def _with_issues(self, citations: QuerySet) -> list[tuple[Citation, MentionedIssue]]:
        """Pair each citation with its issue, as far as the user may see it."""
        mentions = [Mention(row.issue_id, row.issue.title, row.date) for row in citations]
        issues = resolve_mentions(mentions, self.request.user)
        return [(row, issues[row.issue_id]) for row in citations]


class SourceEditView(SourceMixin, EditView):
    template_name = "digest/admin/edit_source.html"


class SourceHistoryView(SourceMixin, HistoryView):
    any_permission_required = ["change", "view"]


class FillInView(SourceEditView):
    """Fetch the page of a source and prefill the form with its metadata, without saving."""

    http_method_names = ["post"]
    has_unsaved_changes = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        url = self.object.cited_url or self.object.canonical_url
        try:
            metadata = read_page(url)
        except RequestError as error:
            message = _now("Nothing could be read from %(url)s. %(reason)s")
            messages.error(request, message % {"url": url, "reason": error})
            return redirect(self.get_inspect_url())
        messages.info(request, _now("The form was filled in from the page. Save to keep it."))
        found = {name: value for name, value in metadata._asdict().items() if value}
        form_class = self.get_form_class()
        self.form = form_class(initial=found, instance=self.object, for_user=request.user)
        return self.render_to_response(self.get_context_data())


class SourceViewSet(ModelViewSet):
    """Register the views; sources are added and deleted with the issues that cite them."""

    model = Source
    icon = "link"
    url_prefix = "digest/sources"
    menu_label = _("Sources")
    menu_order = 30
    menu_hook = "register_digest_menu_item"
    add_to_reference_index = False
    copy_view_enabled = False
    inspect_view_enabled = True
    index_view_class = SourceIndexView
    inspect_view_class = SourceInspectView
    edit_view_class = SourceEditView
    history_view_class = SourceHistoryView
    filterset_class = SourceFilterSet
    search_fields = ["title"]
    ordering = "-last_cited_on"
    list_per_page = 50
    list_export = list(EXPORT)
    export_headings = {name: label for name, (label, _read) in EXPORT.items()}
    export_filename = "sources"
    panels = [FieldPanel("title"), FieldPanel("publisher"), FieldPanel("published_on")]

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        without = {"add_url_name": None, "delete_url_name": None, "usage_url_name": None}
        return super().get_common_view_kwargs(**without | kwargs)

    def get_permissions_to_register(self) -> QuerySet:
        return Permission.objects.filter(
            content_type__app_label="digest", codename__in=["view_source", "change_source"]
        )

    @property
    def fill_in_view(self) -> Any:
        return self.construct_view(FillInView, **self.get_edit_view_kwargs())

    def get_urlpatterns(self) -> list[URLPattern]:
        left_out = {"add", "delete", "usage"}
        patterns = [url for url in super().get_urlpatterns() if url.name not in left_out]
        return [*patterns, path("fill_in/<int:pk>/", self.fill_in_view, name="fill_in")]


@hooks.register("register_admin_viewset")
def register_sources() -> SourceViewSet:
    return SourceViewSet("digest_sources")
