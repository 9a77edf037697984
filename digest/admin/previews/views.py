"""Links to previews: made from the editor, listed and revoked in the menu."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import swapper
from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch, path, reverse
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.timezone import localtime
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
from wagtail.permissions import policy_registry

from digest.pages import public_urls
from digest.pages.page_models import get_issue_page_model
from digest.previews.tokens import PreviewToken, create_token

LIFETIMES = [
    ("1", _("1 hour")),
    ("24", _("1 day")),
    ("72", _("3 days")),
    ("168", _("7 days")),
]


def _policy() -> Any:
    return policy_registry.get_by_type(swapper.load_model("wagtailcore", "Page"))


def links_seen_by(user: Any) -> QuerySet:
    """The shared links to pages that a user may edit, and those the user made, newest first."""
    pages = _policy().instances_user_has_permission_for(user, "change")
    seen = Q(page__in=pages.order_by().values("pk")) | Q(user=user)
    links = PreviewToken.objects.shared().filter(seen).order_by("-created_at", "-pk")
    return links.select_related("page", "user")


def may_revoke(user: Any, link: PreviewToken) -> bool:
    """Whether a user may end a link: who made it, and who may edit or publish the page."""
    actions = {"change", "publish"}
    works_on = _policy().user_has_any_permission_for_instance(user, actions, link.page)
    return link.user_id == user.pk or works_on


class RevokeColumn(BaseColumn):
    """A button that ends a link, for those who may."""

    cell_template_name = "digest/admin/revoke_cell.html"

    class Media:
        css = {"all": ["digest/admin/previews.css"]}

    def get_cell_context_data(self, instance: Any, parent_context: Any) -> dict[str, Any]:
        """Say whether there is a button."""
        context = super().get_cell_context_data(instance, parent_context)
        shown = instance.is_usable and may_revoke(context["request"].user, instance)
        # A table renders its cells without what a template would know of the request.
        return context | {"is_shown": shown, "csrf_token": get_token(context["request"])}


def _edit_url(link: PreviewToken) -> str:
    return reverse("wagtailadmin_pages:edit", args=[link.page_id])


def _expires(link: PreviewToken) -> str:
    return date_format(localtime(link.expires_at), "SHORT_DATETIME_FORMAT")


LINK_COLUMNS = [
    Column("user", label=_("Made by"), accessor=lambda link: get_user_display_name(link.user)),
    DateColumn("created_at", label=_("Made")),
    # Not a DateColumn, which calls everything to come "just now".
    Column("expires_at", label=_("Expires"), accessor=_expires),
    DateColumn("last_used_at", label=_("Last used")),
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


class PreviewLinksView(BaseListingView):
    """Every link to a preview of a page that the user may edit."""

    model = PreviewToken
    page_title = _("Preview links")
    header_icon = "link"
    columns = [PAGE_COLUMN, *LINK_COLUMNS]
    index_url_name = "digest_previews"
    paginate_by = 50
    verbose_name_plural = _("preview links")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show nothing to who may edit nothing."""
        if not may_share_something(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_base_queryset(self) -> QuerySet:
        """Those of the user's pages."""
        return links_seen_by(self.request.user)


class ShareForm(forms.Form):
    """For how long a link opens the preview, in hours."""

    lifetime = forms.ChoiceField(
        label=_("The link works for"),
        choices=LIFETIMES,
        initial="24",
        widget=forms.RadioSelect,
    )

    def clean_lifetime(self) -> timedelta:
        """Return it as a time."""
        return timedelta(hours=int(self.cleaned_data["lifetime"]))


class ShareView(WagtailAdminTemplateMixin, FormView):
    """Makes a link to the last draft of an issue, and shows it this once."""

    form_class = ShareForm
    template_name = "digest/admin/share_preview.html"
    page_title = _("Share a preview")
    header_icon = "link"

    @cached_property
    def page(self) -> Any:
        """The issue. Only who may edit it may share it."""
        page = get_object_or_404(get_issue_page_model(), pk=self.kwargs["page_id"])
        if not may_share(self.request.user, page):
            raise PermissionDenied
        return page

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask first whether the user may, and let nobody keep the page."""
        self.kwargs = kwargs
        if self.page is None:
            raise Http404
        response = super().dispatch(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        return response

    def form_valid(self, form: ShareForm) -> HttpResponse:
        """Make the link; it is shown here and nowhere else, since it is not kept."""
        revision = {"revision_id": self.page.latest_revision_id, "is_shared": True}
        lifetime = form.cleaned_data["lifetime"]
        with transaction.atomic():
            token = create_token(self.page, self.request.user, lifetime, **revision)
            link = shared_url(self.page, token, self.request)
        return self.render_to_response(self.get_context_data(form=form, link=link))

    def get_page_subtitle(self) -> str:
        """The title of the issue."""
        return self.page.get_admin_display_title()

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """The way to the issue, and this."""
        items = get_breadcrumbs_items_for_page(self.page, self.request.user, include_self=True)
        return [*self.breadcrumbs_items, *items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the links that there are."""
        links = PreviewToken.objects.shared().filter(page_id=self.page.pk).order_by("-created_at")
        links = list(links.select_related("page", "user"))
        table = Table(LINK_COLUMNS, links) if links else None
        action = reverse("digest_share_preview", args=[self.page.pk])
        own = {"page": self.page, "table": table, "action_url": action}
        return super().get_context_data(**kwargs) | own


class RevokeView(View):
    """Ends a link."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Revoke it, and go back to where the button was."""
        link = get_object_or_404(PreviewToken.objects.shared().select_related("page"), pk=pk)
        if not may_revoke(request.user, link):
            raise PermissionDenied
        link.revoke()
        title = link.page.get_admin_display_title()
        text = _now("The link to the preview of “%(page)s” has been revoked.")
        messages.success(request, text % {"page": title})
        return redirect(get_valid_next_url_from_request(request) or reverse("digest_previews"))


def may_share(user: Any, page: Any) -> bool:
    """Whether a user may make links to the drafts of a page; an alias has none of its own."""
    may_edit = not page.alias_of_id and page.permissions_for_user(user).can_edit()
    return may_edit and _leads_somewhere(page)


def _leads_somewhere(page: Any) -> bool:
    """Whether anything shows drafts: a frontend, or the built-in page, which needs its address."""
    if public_urls.preview_pattern(page):
        return True
    try:
        reverse("digest:preview", args=["token"])
    except NoReverseMatch:
        return False
    return True


def may_share_something(user: Any) -> bool:
    """Whether there can be a link that a user sees."""
    return _policy().user_has_any_permission(user, {"add", "change", "publish"})


def shared_url(page: Any, token: str, request: HttpRequest) -> str:
    """Where a token opens a preview: on the frontend, or else on the built-in page."""
    if pattern := public_urls.preview_pattern(page):
        return pattern.replace("{token}", token)
    parts = page.get_url_parts()
    root_url = parts[1] if parts else None
    built_in = reverse("digest:preview", args=[token])
    return f"{root_url}{built_in}" if root_url else request.build_absolute_uri(built_in)


class PreviewLinksMenuItem(MenuItem):
    """The list in the menu, for those who may edit something."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Not for who could see nothing in it."""
        return may_share_something(request.user)


@hooks.register("register_digest_menu_item")
def register_preview_links() -> MenuItem:
    """All links in one place."""
    url = reverse("digest_previews")
    name = "digest-previews"
    return PreviewLinksMenuItem(_("Preview links"), url, name=name, icon_name="link", order=40)


@hooks.register("register_admin_urls")
def register_preview_urls() -> list[Any]:
    """Addresses of the screens."""
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
def offer_to_share(page: Any, user: Any, view_name: str, next_url: str = "") -> Iterator[Button]:
    """A line in the menu above the editor."""
    if view_name != "edit" or not isinstance(page, get_issue_page_model()):
        return
    if may_share(user, page):
        url = reverse("digest_share_preview", args=[page.pk])
        yield Button(_("Share a preview"), url, icon_name="link", priority=68)
