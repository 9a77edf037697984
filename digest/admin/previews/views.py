"""Admin views that create, list and revoke shared preview links."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.generic import FormView
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import (
    BaseColumn,
    Column,
    DateColumn,
    StatusTagColumn,
    Table,
    TitleColumn,
)
from wagtail.admin.utils import get_user_display_name, get_valid_next_url_from_request
from wagtail.admin.views.generic.base import BaseListingView, WagtailAdminTemplateMixin
from wagtail.admin.views.pages.utils import get_breadcrumbs_items_for_page
from wagtail.admin.widgets.button import Button

from digest.admin.access import page_permission_policy
from digest.admin.listings import WIDE, EmptyMessageMixin, styles
from digest.pages import public_urls
from digest.pages.page_models import get_issue_page_model
from digest.pages.time_zones import format_datetime
from digest.previews.tokens import PreviewToken, create_token

LIFETIMES = [
    ("1", _("1 hour")),
    ("24", _("1 day")),
    ("72", _("3 days")),
    ("168", _("7 days")),
]


def visible_links(user: Any) -> QuerySet:
    """Return the user's own links and those to pages the user may edit, newest first."""
    pages = page_permission_policy().instances_user_has_permission_for(user, "change")
    visible = Q(page__in=pages.order_by().values("pk")) | Q(user=user)
    links = PreviewToken.objects.shared().filter(visible).order_by("-created_at", "-pk")
    return links.select_related("page", "user")


def can_revoke(user: Any, link: PreviewToken) -> bool:
    """Return whether the user created the link, or may edit or publish its page."""
    policy = page_permission_policy()
    actions = {"change", "publish"}
    has_permission = policy.user_has_any_permission_for_instance(user, actions, link.page)
    return link.user_id == user.pk or has_permission


class RevokeColumn(BaseColumn):
    """Show a revoke button to users who can revoke the link."""

    cell_template_name = "digest/admin/revoke_cell.html"

    @property
    def media(self) -> forms.Media:
        return styles("digest/admin/previews.css")

    def get_cell_context_data(self, instance: Any, parent_context: Any) -> dict[str, Any]:
        context = super().get_cell_context_data(instance, parent_context)
        shown = instance.is_usable and can_revoke(context["request"].user, instance)
        # Tables render their cells without context processors.
        return context | {"is_shown": shown, "csrf_token": get_token(context["request"])}


def _edit_url(link: PreviewToken) -> str:
    return reverse("wagtailadmin_pages:edit", args=[link.page_id])


def _expires(link: PreviewToken) -> str:
    return format_datetime(link.expires_at)


LINK_COLUMNS = [
    Column(
        "user",
        label=_("Created by"),
        accessor=lambda link: get_user_display_name(link.user),
        classname=WIDE,
    ),
    DateColumn("created_at", label=_("Created"), classname=WIDE),
    # DateColumn shows every future date as "just now".
    Column("expires_at", label=_("Expires"), accessor=_expires),
    DateColumn("last_used_at", label=_("Last used"), classname=WIDE),
    StatusTagColumn("state", label=_("State"), primary=lambda link: link.is_usable),
    RevokeColumn("revoke", label=_("Revoke")),
]
PAGE_COLUMN = TitleColumn(
    "page",
    label=_("Page"),
    accessor=lambda link: link.page.get_admin_display_title(),
    get_url=_edit_url,
    classname="title",
)


class PreviewLinksView(EmptyMessageMixin, BaseListingView):
    """List the preview links that are visible to the user."""

    model = PreviewToken
    page_title = _("Preview links")
    header_icon = "link"
    columns = [PAGE_COLUMN, *LINK_COLUMNS]
    index_url_name = "digest_previews"
    paginate_by = 50
    verbose_name_plural = _("preview links")
    empty_message = _(
        "A preview link shows a draft to people without an account. To create one, open an"
        " issue, and choose “Share a preview” from the three dots beside its title."
    )

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not can_share_any(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_base_queryset(self) -> QuerySet:
        return visible_links(self.request.user)


class ShareForm(forms.Form):
    lifetime = forms.ChoiceField(
        label=_("The link works for"),
        choices=LIFETIMES,
        initial="24",
        widget=forms.RadioSelect,
    )

    def clean_lifetime(self) -> timedelta:
        return timedelta(hours=int(self.cleaned_data["lifetime"]))


class ShareView(WagtailAdminTemplateMixin, FormView):
    """Create a link to the latest draft of an issue, and show it once."""

    form_class = ShareForm
    template_name = "digest/admin/share_preview.html"
    page_title = _("Share a preview")
    header_icon = "link"

    @cached_property
    def page(self) -> Any:
        """Return the issue; raise PermissionDenied if the user cannot share it."""
        page = get_object_or_404(get_issue_page_model(), pk=self.kwargs["page_id"])
        if not can_share(self.request.user, page):
            raise PermissionDenied
        return page

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Check the permission before any handler runs, and forbid caching."""
        self.kwargs = kwargs
        if self.page is None:
            raise Http404
        response = super().dispatch(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        return response

    def form_valid(self, form: ShareForm) -> HttpResponse:
        """Create the link and show it; only the token's hash is stored."""
        revision = {"revision_id": self.page.latest_revision_id, "is_shared": True}
        lifetime = form.cleaned_data["lifetime"]
        with transaction.atomic():
            token = create_token(self.page, self.request.user, lifetime, **revision)
            link = shared_url(self.page, token, self.request)
        return self.render_to_response(self.get_context_data(form=form, link=link))

    def get_page_subtitle(self) -> str:
        return self.page.get_admin_display_title()

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        items = get_breadcrumbs_items_for_page(self.page, self.request.user, include_self=True)
        return [*self.breadcrumbs_items, *items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        links = PreviewToken.objects.shared().filter(page_id=self.page.pk).order_by("-created_at")
        links = list(links.select_related("page", "user"))
        table = Table(LINK_COLUMNS, links) if links else None
        action = reverse("digest_share_preview", args=[self.page.pk])
        own = {"page": self.page, "table": table, "action_url": action}
        return super().get_context_data(**kwargs) | own


class RevokeView(View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        link = get_object_or_404(PreviewToken.objects.shared().select_related("page"), pk=pk)
        if not can_revoke(request.user, link):
            raise PermissionDenied
        link.revoke()
        title = link.page.get_admin_display_title()
        text = _now("The link to the preview of “%(page)s” has been revoked.")
        messages.success(request, text % {"page": title})
        return redirect(get_valid_next_url_from_request(request) or reverse("digest_previews"))


def can_share(user: Any, page: Any) -> bool:
    """Return whether the user may share drafts of the page; aliases have no drafts."""
    can_edit = not page.alias_of_id and page.permissions_for_user(user).can_edit()
    return can_edit and _has_preview_page(page)


def _has_preview_page(page: Any) -> bool:
    """Return whether a frontend shows previews, or the site includes the built-in preview URL."""
    if public_urls.preview_pattern(page):
        return True
    try:
        reverse("digest:preview", args=["token"])
    except NoReverseMatch:
        return False
    return True


def can_share_any(user: Any) -> bool:
    """Return whether the user has a page permission with which there can be visible links."""
    return page_permission_policy().user_has_any_permission(user, {"add", "change", "publish"})


def shared_url(page: Any, token: str, request: HttpRequest) -> str:
    """Return the preview URL on the frontend, or else that of the built-in page."""
    if pattern := public_urls.preview_pattern(page):
        return pattern.replace("{token}", token)
    parts = page.get_url_parts()
    root_url = parts[1] if parts else None
    built_in = reverse("digest:preview", args=[token])
    return f"{root_url}{built_in}" if root_url else request.build_absolute_uri(built_in)


class PreviewLinksMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return can_share_any(request.user)


@hooks.register("register_digest_menu_item")
def register_preview_links() -> MenuItem:
    url = reverse("digest_previews")
    name = "digest-previews"
    return PreviewLinksMenuItem(_("Preview links"), url, name=name, icon_name="link", order=40)


@hooks.register("register_admin_urls")
def register_preview_urls() -> list[Any]:
    return [
        path("digest/previews/", PreviewLinksView.as_view(), name="digest_previews"),
        path(
            "digest/previews/share/<int:page_id>/", ShareView.as_view(), name="digest_share_preview"
        ),
        path(
            "digest/previews/<int:pk>/revoke/", RevokeView.as_view(), name="digest_revoke_preview"
        ),
    ]


@hooks.register("register_page_header_buttons")
def add_share_button(page: Any, user: Any, view_name: str, next_url: str = "") -> Iterator[Button]:
    if view_name != "edit" or not isinstance(page, get_issue_page_model()):
        return
    if can_share(user, page):
        url = reverse("digest_share_preview", args=[page.pk])
        yield Button(_("Share a preview"), url, icon_name="link", priority=68)
