"""The report of readers' searches, with actions for each query."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import django_filters
from django.apps import apps
from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import (
    BaseColumn,
    ButtonsColumnMixin,
    Column,
    NumberColumn,
    TitleColumn,
)
from wagtail.admin.views.reports import ReportView
from wagtail.admin.widgets.button import Button, ButtonWithDropdown
from wagtail.models import Site

from digest.admin.listings import EmptyMessageMixin
from digest.contrib.search.log import logged_searches
from digest.contrib.search.models import Searched


class SearchesFilterSet(WagtailFilterSet):
    """Filter queries without results, and by site if there are several."""

    latest_results = django_filters.ChoiceFilter(label=_("Results"), choices=[(0, _("None"))])
    site = django_filters.ModelChoiceFilter(label=_("Site"), queryset=Site.objects.all())

    class Meta:
        model = Searched
        fields = ["latest_results", "site"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not _has_several_sites():
            del self.filters["site"]


class QueryColumn(ButtonsColumnMixin, TitleColumn):
    def get_buttons(self, instance: dict[str, Any], parent_context: Any) -> list[Any]:
        query = instance["query"]
        buttons = list(_actions(query, parent_context["request"]))
        label = _("More options for '%(title)s'") % {"title": query}
        menu = ButtonWithDropdown(
            buttons=buttons, icon_name="dots-horizontal", attrs={"aria-label": label}
        )
        return [menu] if buttons else []


def _actions(query: str, request: HttpRequest) -> Iterator[Button]:
    """Yield buttons for what the user has the permission for."""
    if request.user.has_perm("digest_search.add_synonyms"):
        url = reverse("digest_search_synonyms:add")
        yield Button(_("Add synonyms"), f"{url}?{urlencode({'terms': query})}", icon_name="list-ul")
    is_installed = apps.is_installed("wagtail.contrib.search_promotions")
    if is_installed and request.user.has_perm("wagtailsearchpromotions.add_searchpromotion"):
        url = reverse("digest_search_promote")
        yield Button(_("Promote a page"), f"{url}?{urlencode({'query': query})}", icon_name="pick")


class SearchesView(EmptyMessageMixin, ReportView):
    """List the queries of the last 30 days, the most frequent first."""

    empty_message = _(
        "What readers have searched for is listed here, the most frequent queries of 30 days first."
        " The first one appears once a reader has searched."
    )

    model = Searched
    any_permission_required = ["view"]
    page_title = _("Searches")
    header_icon = "search"
    index_url_name = "digest_search_report"
    index_results_url_name = "digest_search_report_results"
    filterset_class = SearchesFilterSet
    is_searchable = True
    search_fields = ["query"]
    default_ordering = ["-searches", "query"]
    export_filename = "searches"
    export_headings = {
        "query": _("Query"),
        "searches": _("Searches"),
        "latest_results": _("Results"),
        "site_label": _("Site"),
    }
    list_export = ["query", "searches", "latest_results", "site_label"]

    @property
    def columns(self) -> list[BaseColumn]:
        site = [Column("site_label", label=_("Site"))] if _has_several_sites() else []
        return [
            QueryColumn("query", label=_("Query"), sort_key="query"),
            NumberColumn("searches", label=_("Searches, 30 days"), sort_key="searches"),
            NumberColumn("latest_results", label=_("Latest results"), sort_key="latest_results"),
            *site,
        ]

    def get_base_queryset(self) -> QuerySet:
        name = Coalesce(NullIf("site__site_name", Value("")), "site__hostname")
        return logged_searches().annotate(site_label=name)

    def write_csv_row(self, writer: Any, row_dict: dict[str, Any]) -> Any:
        # Spreadsheets would run a query as a formula:
        # https://owasp.org/www-community/attacks/CSV_Injection
        if row_dict["query"].startswith(("=", "+", "-", "@")):
            row_dict["query"] = f"'{row_dict['query']}"
        return super().write_csv_row(writer, row_dict)


def _has_several_sites() -> bool:
    return Site.objects.count() > 1
