"""Webhooks in the admin: the list, how one is made, edited and deleted."""

from typing import Any

from django import forms
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.generic import TemplateView
from wagtail.admin.ui.tables import BaseColumn, Column, StatusTagColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.viewsets.model import ModelViewSet

from digest.admin.listings import WIDE, EmptyMessageMixin
from digest.contrib.webhooks.admin.actions import VIEWS
from digest.contrib.webhooks.admin.endpoint_page import EndpointPageView
from digest.contrib.webhooks.admin.forms import EndpointForm
from digest.contrib.webhooks.admin.secrets import show_secret
from digest.contrib.webhooks.admin.states import is_working, reason_of, state_of, styles
from digest.contrib.webhooks.models import WebhookDelivery, WebhookEndpoint
from digest.contrib.webhooks.presets import PRESETS, preset_of
from digest.pages.time_zones import format_datetime


def _number_waiting() -> Coalesce:
    waiting = WebhookDelivery.objects.filter(
        endpoint=OuterRef("pk"), state__in=WebhookDelivery.QUEUED
    )
    numbers = waiting.order_by().values("endpoint").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(numbers), 0)


def _reason(endpoint: WebhookEndpoint) -> str:
    return reason_of(endpoint) or "–"


def _last_success(endpoint: WebhookEndpoint) -> Any:
    at = endpoint.last_success_at
    return format_datetime(at) if at else _("Never")


class EndpointIndexView(EmptyMessageMixin, generic.IndexView):
    page_title = _("Webhooks")
    empty_message = _(
        "A webhook sends a request to another server whenever readers see a change: a frontend "
        "builds its pages again, an app fetches the new issue."
    )

    def get_base_queryset(self) -> QuerySet:
        return WebhookEndpoint.objects.annotate(number_waiting=_number_waiting())

    @cached_property
    def columns(self) -> list[BaseColumn]:
        return [
            TitleColumn("name", label=_("Name"), sort_key="name", get_url=self.get_inspect_url),
            Column(
                "preset",
                label=_("For"),
                accessor=lambda endpoint: preset_of(endpoint).label,
                classname=WIDE,
            ),
            Column("masked_url", label=_("URL"), classname=WIDE),
            StatusTagColumn("state", label=_("State"), accessor=state_of, primary=is_working),
            Column("reason", label=_("Reason"), accessor=_reason, classname=WIDE),
            Column("last_success_at", label=_("Last success"), accessor=_last_success),
            Column("number_waiting", label=_("Waiting"), classname=WIDE),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["media"] += styles()
        return context


class ChoosePresetView(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """Ask for whom a new webhook is; each answer leads to a form."""

    model = WebhookEndpoint
    permission_required = "add"
    index_url_name = ""
    page_title = _("New webhook")
    template_name = "digest/webhooks/admin/choose_preset.html"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        index = {"url": reverse(self.index_url_name), "label": _("Webhooks")}
        return [*self.breadcrumbs_items, index, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(presets=PRESETS.values(), media=styles(), **kwargs)


@method_decorator(sensitive_post_parameters("url"), name="dispatch")
@method_decorator(sensitive_variables(), name="dispatch")
class FormMixin:
    """After the form, go to the page of the webhook. Error reports do not have the URL."""

    inspect_url_name = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().dispatch(request, *args, **kwargs)
        return response.render() if hasattr(response, "render") else response

    def get_success_url(self) -> str:
        return reverse(self.inspect_url_name, args=[self.object.pk])

    def get_success_buttons(self) -> list[Any]:
        return []


class EndpointCreateView(FormMixin, generic.CreateView):
    page_title = _("New webhook")

    def get_initial_form_instance(self) -> WebhookEndpoint:
        preset = PRESETS.get(self.kwargs["preset"])
        if preset is None:
            raise Http404
        events = [name for name in preset.events if name.startswith("issue.")]
        return WebhookEndpoint(
            preset=preset.name,
            events=events or list(preset.events),
            created_by=self.request.user,
        )

    def get_page_subtitle(self) -> str:
        return str(PRESETS[self.kwargs["preset"]].label)

    def get_add_url(self) -> str:
        return self.request.path

    def form_valid(self, form: EndpointForm) -> HttpResponse:
        response = super().form_valid(form)
        show_secret(self.request, self.object)
        return response


class EndpointEditView(FormMixin, generic.EditView):
    """Edit a webhook; its preset stays."""


class EndpointViewSet(ModelViewSet):
    model = WebhookEndpoint
    name = "digest_webhooks"
    url_prefix = "digest-webhooks"
    menu_label = _("Webhooks")
    menu_order = 604
    add_to_settings_menu = True
    icon = "link-external"
    add_to_reference_index = False
    copy_view_enabled = False
    inspect_view_enabled = True
    index_view_class = EndpointIndexView
    add_view_class = EndpointCreateView
    edit_view_class = EndpointEditView
    inspect_view_class = EndpointPageView
    inspect_template_name = EndpointPageView.template_name
    ordering = "name"
    list_per_page = 50

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:
        return EndpointForm

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_common_view_kwargs(usage_url_name=None, **kwargs)

    def get_urlpatterns(self) -> list[URLPattern]:
        urls = [url for url in super().get_urlpatterns() if url.name not in ("add", "usage")]
        kwargs = self.get_common_view_kwargs()
        choose = self.construct_view(ChoosePresetView, **kwargs)
        urls += [path("new/", choose, name="add")]
        urls += [path("new/<slug:preset>/", self.add_view, name="add_preset")]
        for name, (route, view) in VIEWS.items():
            urls.append(path(route, self.construct_view(view, **kwargs), name=name))
        return urls
