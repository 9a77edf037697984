"""Add synonyms and the report of searches to the admin."""

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

from digest.admin.listings import EmptyMessageMixin
from digest.contrib.search.models import Synonyms
from digest.contrib.search.reports import SearchesView

HAS_PROMOTIONS = apps.is_installed("wagtail.contrib.search_promotions")


class AddSynonymsView(generic.CreateView):
    """Create synonyms; ``?terms=`` fills the form."""

    def get_initial(self) -> dict[str, Any]:
        return {"terms": self.request.GET.get("terms", "")}


class SynonymsIndexView(EmptyMessageMixin, generic.IndexView):
    empty_message = _(
        "Synonyms are words that readers may use for each other, such as “bike” and “bicycle”: a"
        " search for one finds the others. Choose “Add synonyms” to add the first ones."
    )


class SynonymsViewSet(ModelViewSet):
    model = Synonyms
    name = "digest_search_synonyms"
    url_prefix = "search-synonyms"
    menu_label = _("Search synonyms")
    icon = "list-ul"
    add_to_settings_menu = True
    menu_order = 901
    index_view_class = SynonymsIndexView
    add_view_class = AddSynonymsView
    copy_view_enabled = False
    form_fields = ["terms"]
    list_display = ["__str__"]
    search_fields = ["terms"]


@hooks.register("register_admin_viewset")
def register_synonyms() -> SynonymsViewSet:
    return SynonymsViewSet()


@hooks.register("register_admin_urls")
def register_urls() -> list[URLPattern]:
    urls = [
        path("reports/searches/", SearchesView.as_view(), name="digest_search_report"),
        path(
            "reports/searches/results/",
            SearchesView.as_view(results_only=True),
            name="digest_search_report_results",
        ),
    ]
    return [*urls, _promotion_url()] if HAS_PROMOTIONS else urls


def _promotion_url() -> URLPattern:
    """Return the URL of Wagtail's form for promotions, which ``?query=`` fills."""
    from wagtail.contrib.search_promotions.views import CreateView

    class PromoteView(CreateView):
        def get_initial(self) -> dict[str, Any]:
            return {"query_string": self.request.GET.get("query", "")}

    return path("search-promote/", PromoteView.as_view(), name="digest_search_promote")


class SearchesMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm("digest_search.view_searched")


@hooks.register("register_reports_menu_item")
def register_report() -> MenuItem:
    url = reverse("digest_search_report")
    return SearchesMenuItem(_("Searches"), url, name="searches", icon_name="search", order=1300)


@hooks.register("register_permissions")
def register_permissions() -> QuerySet:
    return Permission.objects.filter(
        content_type__app_label="digest_search", codename="view_searched"
    )


@hooks.register("construct_reports_menu")
def hide_empty_report(request: HttpRequest, menu_items: list[MenuItem]) -> None:
    """Hide Wagtail's report "Search terms" unless it has data.

    It only counts queries that a site's search page adds with ``Query.add_hit()``.
    """
    if HAS_PROMOTIONS and any(item.name == "search-terms" for item in menu_items):
        from wagtail.contrib.search_promotions.models import QueryDailyHits

        if not QueryDailyHits.objects.exists():
            menu_items[:] = [item for item in menu_items if item.name != "search-terms"]
