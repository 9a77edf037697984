"""Listing of the issues of all digests, and its columns in the page explorer."""

from functools import cached_property
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Length, Substr
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_filters.filters import (
    DateFromToRangeFilter,
    ModelMultipleChoiceFilter,
    MultipleChoiceFilter,
)
from wagtail import hooks
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import DateColumn
from wagtail.admin.ui.tables.pages import BulkActionsColumn, PageTitleColumn, ParentPageColumn
from wagtail.admin.views.pages.choose_parent import ChooseParentView
from wagtail.admin.views.pages.listing import ExplorableIndexView, IndexView
from wagtail.admin.viewsets.pages import PageListingViewSet

from digest.admin.access import digests_with_permission, explorable_digests, explorable_issues
from digest.admin.issues import columns
from digest.admin.issues.column_values import add_column_values
from digest.admin.issues.states import State, in_states, with_states
from digest.admin.listings import WIDE, EmptyMessageMixin, styles
from digest.pages.drafts import HAS_DRAFT, draft_tag_ids, with_draft_values
from digest.pages.page_models import (
    get_digest_page_model,
    get_issue_page_model,
    get_issue_tag_model,
)

DRAFT_ORDERINGS = {"draft_date", "draft_number"}


class DigestFilter(ModelMultipleChoiceFilter):
    """Filter by parent digest."""

    def get_filter_predicate(self, v: Any) -> dict[str, Any]:
        return {"path__startswith": v.path, "depth": v.depth + 1}


class IssueTagFilter(ModelMultipleChoiceFilter):
    """Filter by the tags of the latest draft, or of the live issue where there is none."""

    def filter(self, qs: QuerySet, value: Any) -> QuerySet:
        if not value:
            return qs
        selected = {tag.pk for tag in value}
        rows = get_issue_tag_model().objects.filter(tag__in=selected).values("content_object")
        drafts = draft_tag_ids(get_issue_page_model().objects.all())
        drafted = [pk for pk, tags in drafts.items() if selected.intersection(tags)]
        return qs.filter(Q(~HAS_DRAFT, pk__in=rows) | Q(pk__in=drafted))


class IssueFilterSet(WagtailFilterSet):
    digest = DigestFilter(
        label=_("Digest"),
        queryset=lambda request: explorable_digests(request.user).order_by("title"),
        widget=CheckboxSelectMultiple,
    )
    state = MultipleChoiceFilter(
        label=_("State"),
        choices=State.choices,
        method="filter_by_state",
        widget=CheckboxSelectMultiple,
    )
    tag = IssueTagFilter(
        label=_("Tag"),
        queryset=lambda request: tags_of_issues(request),
        widget=CheckboxSelectMultiple,
    )
    date = DateFromToRangeFilter(
        label=_("Date"), field_name="draft_date", widget=DateRangePickerWidget
    )

    class Meta:
        model = get_issue_page_model()
        fields: list[str] = []

    def filter_by_state(self, queryset: QuerySet, name: str, value: list[str]) -> QuerySet:
        return queryset.filter(in_states(value)) if value else queryset


def tags_of_issues(request: HttpRequest) -> QuerySet:
    """Return the tags of the issues and drafts that the user can explore, sorted by name."""
    through = get_issue_tag_model()
    issues = explorable_issues(request.user)
    used = through.objects.filter(content_object__in=issues.values("pk")).values("tag")
    drafted = {tag for tags in draft_tag_ids(issues).values() for tag in tags}
    tags = through.tag_model().objects.filter(Q(pk__in=used) | Q(pk__in=drafted))
    return tags.order_by("name")


class IssueColumnsMixin:
    """Add the values of the issue columns, read from the latest drafts, to a listing."""

    def annotate_queryset(self, pages: QuerySet) -> QuerySet:
        return with_states(with_draft_values(super().annotate_queryset(pages)))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        add_column_values(context["object_list"])
        context["media"] += styles("digest/admin/issues.css")
        return context


class IssueIndexView(EmptyMessageMixin, IssueColumnsMixin, IndexView):
    """List the issues of all digests that the user can explore."""

    results_template_name = "digest/admin/issue_results.html"
    empty_message = _(
        "Every issue is listed here: drafts, scheduled and live ones. Choose “New issue” to"
        " start the first one, or import a text."
    )
    page_title = _("Issues")
    add_item_label = _("New issue")
    base_filterset_class = IssueFilterSet
    default_ordering = "-draft_date"
    base_columns = [
        BulkActionsColumn("bulk_actions"),
        columns.DATE,
        columns.NUMBER,
        PageTitleColumn("title", label=_("Title"), sort_key="draft_title", classname="title"),
        columns.STATE,
        columns.STORIES,
        columns.WORDS,
        columns.TAGS,
        ParentPageColumn("digest", label=_("Digest"), sort_key="digest_title", classname=WIDE),
    ]

    def get_add_url(self) -> str | None:
        may_add = digests_with_permission(self.request.user, "add").exists()
        return super().get_add_url() if may_add else None

    def get_ordering(self) -> str:
        ordering = self.request.GET.get("ordering", self.default_ordering)
        return ordering if ordering in self.get_valid_orderings() else self.default_ordering

    def order_queryset(self, queryset: QuerySet) -> QuerySet:
        """Sort by the selected column, then newest first."""
        key = self.ordering.removeprefix("-")
        if key == "digest_title":
            queryset = queryset.alias(digest_title=_title_of_parent())
        down = self.ordering.startswith("-")
        order = F(key).desc(nulls_last=True) if down else F(key).asc(nulls_first=True)
        return queryset.order_by(order, F("draft_date").desc(), "-pk")

    def search_queryset(self, queryset: QuerySet) -> QuerySet:
        if not self.is_searching:
            return queryset
        # Filter by ID and keep the ordering: search results cannot be sorted by draft values.
        found = self.model.objects.only("pk").autocomplete(self.search_query)
        return queryset.filter(pk__in=[page.pk for page in found])


def _title_of_parent() -> Subquery:
    digests = get_digest_page_model()
    path = Substr(OuterRef("path"), 1, Length(OuterRef("path")) - digests.steplen)
    return Subquery(digests.objects.filter(path=path).values("title")[:1])


class IssueExplorerView(IssueColumnsMixin, ExplorableIndexView):
    """Show the issue columns in the page explorer below a digest."""

    base_columns = [
        BulkActionsColumn("bulk_actions"),
        PageTitleColumn("title", label=_("Title"), sort_key="title", classname="title"),
        ParentPageColumn("parent", label=_("Parent"), classname=WIDE),
        columns.DATE,
        columns.NUMBER,
        columns.STORIES,
        columns.WORDS,
        columns.TAGS,
        DateColumn(
            "latest_revision_created_at",
            label=_("Updated"),
            sort_key="latest_revision_created_at",
            classname=WIDE,
        ),
        columns.STATE,
    ]

    def get_valid_orderings(self) -> list[str]:
        orderings = super().get_valid_orderings()
        if not self.is_searching:
            return orderings
        # Search results cannot be sorted by draft values.
        return [order for order in orderings if order.removeprefix("-") not in DRAFT_ORDERINGS]


class ChooseDigestView(ChooseParentView):
    page_title = _("Choose the digest")


class IssuesMenuItem(MenuItem):
    """Show the listing to users who can explore a digest."""

    def is_shown(self, request: HttpRequest) -> bool:
        return explorable_digests(request.user).exists()


class IssueListingViewSet(PageListingViewSet):
    model = get_issue_page_model()
    icon = "doc-full"
    index_view_class = IssueIndexView
    choose_parent_view_class = ChooseDigestView
    filterset_class = IssueFilterSet
    menu_label = _("Issues")
    menu_name = "issues"
    menu_order = 10
    menu_hook = "register_digest_menu_item"
    menu_item_class = IssuesMenuItem

    @cached_property
    def url_prefix(self) -> str:
        return "digest/issues"


@hooks.register("register_admin_viewset")
def register_issue_listing() -> IssueListingViewSet:
    return IssueListingViewSet("digest_issues")
