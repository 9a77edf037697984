"""Issues at a glance: one listing of those of every digest; the explorer has its columns, too."""

from functools import cached_property
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Length, Substr
from django.forms import CheckboxSelectMultiple, Media
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
from wagtail.admin.staticfiles import versioned_static
from wagtail.admin.ui.tables import DateColumn
from wagtail.admin.ui.tables.pages import BulkActionsColumn, PageTitleColumn, ParentPageColumn
from wagtail.admin.views.pages.choose_parent import ChooseParentView
from wagtail.admin.views.pages.listing import ExplorableIndexView, IndexView
from wagtail.admin.viewsets.pages import PageListingViewSet

from digest.admin.access import digests_for, digests_seen_by, issues_seen_by
from digest.admin.issues import columns
from digest.admin.issues.glance import add_glances
from digest.admin.issues.states import State, in_states, with_states
from digest.pages.drafts import AHEAD, tags_of_drafts, with_drafted
from digest.pages.page_models import (
    get_digest_page_model,
    get_issue_page_model,
    get_issue_tag_model,
)

DRAFTED = {"drafted_date", "drafted_number"}


class DigestFilter(ModelMultipleChoiceFilter):
    """The issues of one or more digests."""

    def get_filter_predicate(self, v: Any) -> dict[str, Any]:
        """Issues are the children of a digest."""
        return {"path__startswith": v.path, "depth": v.depth + 1}


class IssueTagFilter(ModelMultipleChoiceFilter):
    """The issues with one of some tags, in the draft where that is newer."""

    def filter(self, qs: QuerySet, value: Any) -> QuerySet:
        """Look at the tags in the database, or else at those in the draft."""
        if not value:
            return qs
        wanted = {tag.pk for tag in value}
        rows = get_issue_tag_model().objects.filter(tag__in=wanted).values("content_object")
        drafts = tags_of_drafts(get_issue_page_model().objects.all())
        drafted = [pk for pk, tags in drafts.items() if wanted.intersection(tags)]
        return qs.filter(Q(~AHEAD, pk__in=rows) | Q(pk__in=drafted))


class IssueFilterSet(WagtailFilterSet):
    """What the listing can be narrowed to."""

    digest = DigestFilter(
        label=_("Digest"),
        queryset=lambda request: digests_seen_by(request.user).order_by("title"),
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
        label=_("Date"), field_name="drafted_date", widget=DateRangePickerWidget
    )

    class Meta:
        model = get_issue_page_model()
        fields: list[str] = []

    def filter_by_state(self, queryset: QuerySet, name: str, value: list[str]) -> QuerySet:
        """An issue that is in two states is found by both."""
        return queryset.filter(in_states(value)) if value else queryset


def tags_of_issues(request: HttpRequest) -> QuerySet:
    """The tags of the issues that a user sees, in the order of the alphabet."""
    through = get_issue_tag_model()
    issues = issues_seen_by(request.user)
    used = through.objects.filter(content_object__in=issues.values("pk")).values("tag")
    drafted = {tag for tags in tags_of_drafts(issues).values() for tag in tags}
    tags = through.tag_model().objects.filter(Q(pk__in=used) | Q(pk__in=drafted))
    return tags.order_by("name")


class GlanceMixin:
    """A listing of issues that knows their drafts."""

    def annotate_queryset(self, pages: QuerySet) -> QuerySet:
        """Add what the columns sort by and what the states are made of."""
        return with_states(with_drafted(super().annotate_queryset(pages)))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read the drafts of the issues that are shown."""
        context = super().get_context_data(**kwargs)
        add_glances(context["object_list"])
        context["media"] += Media(css={"all": [versioned_static("digest/admin/glance.css")]})
        return context


class IssueIndexView(GlanceMixin, IndexView):
    """Every issue of the digests that the user sees."""

    page_title = _("Issues")
    add_item_label = _("New issue")
    base_filterset_class = IssueFilterSet
    default_ordering = "-drafted_date"
    base_columns = [
        BulkActionsColumn("bulk_actions"),
        columns.DATE,
        columns.NUMBER,
        PageTitleColumn("title", label=_("Title"), sort_key="draft_title", classname="title"),
        columns.STATE,
        columns.STORIES,
        columns.WORDS,
        columns.TAGS,
        ParentPageColumn("digest", label=_("Digest"), sort_key="digest_title"),
    ]

    def get_add_url(self) -> str | None:
        """Offer a new issue to those who may add one to some digest."""
        may_add = digests_for(self.request.user, "add").exists()
        return super().get_add_url() if may_add else None

    def get_ordering(self) -> str:
        """Newest first, unless the user wants another order."""
        ordering = self.request.GET.get("ordering", self.default_ordering)
        return ordering if ordering in self.get_valid_orderings() else self.default_ordering

    def order_queryset(self, queryset: QuerySet) -> QuerySet:
        """Sort by a column; within it the newest come first."""
        key = self.ordering.removeprefix("-")
        if key == "digest_title":
            queryset = queryset.alias(digest_title=_title_of_parent())
        down = self.ordering.startswith("-")
        order = F(key).desc(nulls_last=True) if down else F(key).asc(nulls_first=True)
        return queryset.order_by(order, F("drafted_date").desc(), "-pk")

    def search_queryset(self, queryset: QuerySet) -> QuerySet:
        """Find by title, and keep the order: Wagtail's search knows no drafts to sort by."""
        if not self.is_searching:
            return queryset
        found = self.model.objects.only("pk").autocomplete(self.search_query)
        return queryset.filter(pk__in=[page.pk for page in found])


def _title_of_parent() -> Subquery:
    digests = get_digest_page_model()
    path = Substr(OuterRef("path"), 1, Length(OuterRef("path")) - digests.steplen)
    return Subquery(digests.objects.filter(path=path).values("title")[:1])


class IssueExplorerView(GlanceMixin, ExplorableIndexView):
    """The issues below a digest in the page explorer, with all that the explorer has."""

    base_columns = [
        BulkActionsColumn("bulk_actions"),
        PageTitleColumn("title", label=_("Title"), sort_key="title", classname="title"),
        ParentPageColumn("parent", label=_("Parent")),
        columns.DATE,
        columns.NUMBER,
        columns.STORIES,
        columns.WORDS,
        columns.TAGS,
        DateColumn(
            "latest_revision_created_at",
            label=_("Updated"),
            sort_key="latest_revision_created_at",
        ),
        columns.STATE,
    ]

    def get_valid_orderings(self) -> list[str]:
        """Wagtail's search cannot sort by what drafts say."""
        orderings = super().get_valid_orderings()
        known = [order for order in orderings if order.removeprefix("-") not in DRAFTED]
        return known if self.is_searching else orderings


class ChooseDigestView(ChooseParentView):
    """Which digest a new issue is for; not asked where there is but one."""

    page_title = _("Choose the digest")


class IssuesMenuItem(MenuItem):
    """The listing in the menu, for those who see a digest in the admin."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Nobody needs a list in which there can be nothing."""
        return digests_seen_by(request.user).exists()


class IssueListingViewSet(PageListingViewSet):
    """The listing of issues, and the choice of the digest that a new one is for."""

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
        """Below the address that everything of the desk has."""
        return "digest/issues"


@hooks.register("register_admin_viewset")
def register_issue_listing() -> IssueListingViewSet:
    """Issues at a glance."""
    return IssueListingViewSet("digest_issues")
