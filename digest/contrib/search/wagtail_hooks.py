"""What readers' search adds to the admin: synonyms, and the report of what is searched for."""

from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from digest.contrib.search.models import Synonyms
from digest.contrib.search.reports import SearchesView

HAS_PROMOTIONS = apps.is_installed("wagtail.contrib.search_promotions")


class AddSynonymsView(generic.CreateView):
    """The form for new synonyms, which the report fills with a query (``?terms=``)."""

    def get_initial(self) -> dict[str, Any]:
        """The query, for others to be added to it."""
        return {"terms": self.request.GET.get("terms", "")}


class SynonymsViewSet(ModelViewSet):
    """Synonyms, beside the promoted search results. They work from the next search on."""

    model = Synonyms
    name = "digest_search_synonyms"
    url_prefix = "search-synonyms"
    menu_label = _("Search synonyms")
    icon = "list-ul"
    add_to_settings_menu = True
    menu_order = 901
    add_view_class = AddSynonymsView
    copy_view_enabled = False
    form_fields = ["terms"]
    list_display = ["__str__"]
    search_fields = ["terms"]


@hooks.register("register_admin_viewset")
def register_synonyms() -> SynonymsViewSet:
    """Synonyms in the settings menu, for who may change them."""
    return SynonymsViewSet()


@hooks.register("register_admin_urls")
def register_urls() -> list[URLPattern]:
    """The report, and the way from there to a promotion."""
    urls = [
        path("reports/searches/", SearchesView.as_view(), name="digest_search_report"),
        path(
            "reports/searches/results/",
            SearchesView.as_view(results_only=True),
            name="digest_search_report_results",
        ),
    ]
    return [*urls, _promote()] if HAS_PROMOTIONS else urls


def _promote() -> URLPattern:
    """Wagtail's own form for a promotion, filled with a query (``?query=``)."""
    from wagtail.contrib.search_promotions.views import CreateView

    class PromoteView(CreateView):
        def get_initial(self) -> dict[str, Any]:
            return {"query_string": self.request.GET.get("query", "")}

    return path("search-promote/", PromoteView.as_view(), name="digest_search_promote")


class SearchesMenuItem(MenuItem):
    """Shown to those who may see the report."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Superusers, and groups with the permission to view searched queries."""
        return request.user.has_perm("digest_search.view_searched")


@hooks.register("register_reports_menu_item")
def register_report() -> MenuItem:
    """The report of what is searched for."""
    url = reverse("digest_search_report")
    return SearchesMenuItem(_("Searches"), url, name="searches", icon_name="search", order=1300)


@hooks.register("register_permissions")
def register_permissions() -> QuerySet:
    """Let groups be given the report."""
    return Permission.objects.filter(
        content_type__app_label="digest_search", codename="view_searched"
    )


@hooks.register("construct_reports_menu")
def hide_the_empty_report(request: HttpRequest, menu_items: list[MenuItem]) -> None:
    """Wagtail's report "Search terms" counts what a site's own search page tells it. Where no page
    does, it is empty for ever, and would stand beside the one that is not."""
    if HAS_PROMOTIONS and any(item.name == "search-terms" for item in menu_items):
        from wagtail.contrib.search_promotions.models import QueryDailyHits

        if not QueryDailyHits.objects.exists():
            menu_items[:] = [item for item in menu_items if item.name != "search-terms"]
