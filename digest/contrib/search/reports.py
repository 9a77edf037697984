"""The report of what readers search for, with what each query may need."""

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

from digest.contrib.search.log import searches
from digest.contrib.search.models import Searched


class SearchesFilterSet(WagtailFilterSet):
    """Queries without results alone, or those of one site where there are several."""

    found = django_filters.ChoiceFilter(label=_("Results"), choices=[(0, _("None"))])
    site = django_filters.ModelChoiceFilter(label=_("Site"), queryset=Site.objects.all())

    class Meta:
        model = Searched
        fields = ["found", "site"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not _has_several_sites():
            del self.filters["site"]


class QueryColumn(ButtonsColumnMixin, TitleColumn):
    """A query, and what an editor may do for those who write it."""

    def get_buttons(self, instance: dict[str, Any], parent_context: Any) -> list[Any]:
        """One menu, of what the editor has the permission for."""
        query = instance["query"]
        buttons = list(_remedies(query, parent_context["request"]))
        label = _("More options for '%(title)s'") % {"title": query}
        menu = ButtonWithDropdown(
            buttons=buttons, icon_name="dots-horizontal", attrs={"aria-label": label}
        )
        return [menu] if buttons else []


def _remedies(query: str, request: HttpRequest) -> Iterator[Button]:
    if request.user.has_perm("digest_search.add_synonyms"):
        url = reverse("digest_search_synonyms:add")
        yield Button(_("Add synonyms"), f"{url}?{urlencode({'terms': query})}", icon_name="list-ul")
    is_installed = apps.is_installed("wagtail.contrib.search_promotions")
    if is_installed and request.user.has_perm("wagtailsearchpromotions.add_searchpromotion"):
        url = reverse("digest_search_promote")
        yield Button(_("Promote a page"), f"{url}?{urlencode({'query': query})}", icon_name="pick")


class SearchesView(ReportView):
    """What was searched for in the last 30 days, the most frequent first."""

    model = Searched
    any_permission_required = ["view"]
    page_title = _("Searches")
    header_icon = "search"
    index_url_name = "digest_search_report"
    index_results_url_name = "digest_search_report_results"
    filterset_class = SearchesFilterSet
    is_searchable = True
    search_fields = ["query"]
    default_ordering = ["-asked", "query"]
    export_filename = "searches"
    export_headings = {
        "query": _("Query"),
        "asked": _("Searches"),
        "found": _("Results"),
        "site_label": _("Site"),
    }
    list_export = ["query", "asked", "found", "site_label"]

    @property
    def columns(self) -> list[BaseColumn]:
        """With the site's name only where there are several."""
        site = [Column("site_label", label=_("Site"))] if _has_several_sites() else []
        return [
            QueryColumn("query", label=_("Query"), sort_key="query"),
            NumberColumn("asked", label=_("Searches, 30 days"), sort_key="asked"),
            NumberColumn("found", label=_("Latest results"), sort_key="found"),
            *site,
        ]

    def get_base_queryset(self) -> QuerySet:
        """Rows by site and query."""
        name = Coalesce(NullIf("site__site_name", Value("")), "site__hostname")
        return searches().annotate(site_label=name)

    def write_csv_row(self, writer: Any, row_dict: dict[str, Any]) -> Any:
        """Keep what a reader wrote from being a formula in the editor's spreadsheet."""
        # https://owasp.org/www-community/attacks/CSV_Injection
        if row_dict["query"].startswith(("=", "+", "-", "@")):
            row_dict["query"] = f"'{row_dict['query']}"
        return super().write_csv_row(writer, row_dict)


def _has_several_sites() -> bool:
    return Site.objects.count() > 1
