"""What users may do to a webhook and its deliveries. Each change is a POST.

Log entries have neither the URL nor the secret.
"""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.log_actions import LogActionRegistry, log

from digest.contrib.webhooks import deliveries, events
from digest.contrib.webhooks.admin.secrets import show_secret
from digest.contrib.webhooks.models import WebhookDelivery, WebhookEndpoint
from digest.contrib.webhooks.presets import PRESETS

ROTATE, SHOW_SECRET, PAUSE, TURN_ON, SEND_MISSED = (
    f"digest_webhooks.{name}"
    for name in ("rotate", "show_secret", "pause", "turn_on", "send_missed")
)


def register_log_actions(actions: LogActionRegistry) -> None:
    actions.register_action(ROTATE, _("Rotate a secret"), _("Secret rotated"))
    actions.register_action(SHOW_SECRET, _("Show a secret"), _("Secret shown"))
    actions.register_action(PAUSE, _("Pause a webhook"), _("Webhook paused"))
    actions.register_action(TURN_ON, _("Turn on a webhook"), _("Webhook turned on"))
    actions.register_action(SEND_MISSED, _("Send missed events"), _("Missed events sent"))


class ActionView(PermissionCheckedMixin, View):
    """Run ``act`` on POST, and go back to the page of the webhook."""

    http_method_names = ["post"]
    model = WebhookEndpoint
    permission_required = "change"
    inspect_url_name = ""
    # A part of the page to go back to.
    anchor = ""

    @cached_property
    def endpoint(self) -> WebhookEndpoint:
        return get_object_or_404(WebhookEndpoint, pk=self.kwargs["pk"])

    @property
    def back_url(self) -> str:
        return reverse(self.inspect_url_name, args=[self.endpoint.pk]) + self.anchor

    def act(self) -> None:
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        back_url = self.back_url
        with transaction.atomic():
            self.act()
        return redirect(back_url)

    def log(self, action: str) -> None:
        log(self.endpoint, action, user=self.request.user)

    def send_missed(self) -> None:
        number = deliveries.replay(self.endpoint)
        self.log(SEND_MISSED)
        text = ngettext("%(number)d event is queued.", "%(number)d events are queued.", number)
        messages.success(self.request, text % {"number": number})


class TestView(ActionView):
    anchor = "#test"

    def act(self) -> None:
        events.send_test(self.endpoint)


class ShowSecretView(ActionView):
    def act(self) -> None:
        self.log(SHOW_SECRET)
        show_secret(self.request, self.endpoint)


class PauseView(ActionView):
    def act(self) -> None:
        if self.endpoint.is_active:
            self.endpoint.pause()
            self.log(PAUSE)
        messages.success(self.request, gettext("The webhook is paused."))


class TurnOnView(ActionView):
    """Turn a webhook on; with ``missed`` in the form, also send what it missed."""

    def act(self) -> None:
        self.endpoint.turn_on()
        self.log(TURN_ON)
        messages.success(self.request, gettext("The webhook is turned on."))
        if "missed" in self.request.POST:
            self.send_missed()


class SendMissedView(ActionView):
    def act(self) -> None:
        self.send_missed()


class SendAgainView(ActionView):
    anchor = "#deliveries"

    @cached_property
    def delivery(self) -> WebhookDelivery:
        rows = WebhookDelivery.objects.select_related("endpoint")
        return get_object_or_404(rows, pk=self.kwargs["delivery"])

    @property
    def endpoint(self) -> WebhookEndpoint:
        return self.delivery.endpoint

    def act(self) -> None:
        if deliveries.send_again(self.delivery):
            messages.success(self.request, gettext("The delivery is queued."))
        else:
            messages.warning(self.request, gettext("The delivery is queued already."))


class RotateView(WagtailAdminTemplateMixin, TemplateView, ActionView):
    """Ask, then make another secret, and show it."""

    http_method_names = ["get", "post"]
    index_url_name = ""
    page_title = _("Rotate the secret")
    template_name = "digest/webhooks/admin/rotate.html"

    @cached_property
    def endpoint(self) -> WebhookEndpoint:
        signed = [preset.name for preset in PRESETS.values() if preset.is_signed]
        rows = WebhookEndpoint.objects.filter(preset__in=signed)
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def act(self) -> None:
        self.endpoint.rotate()
        self.log(ROTATE)
        show_secret(self.request, self.endpoint)

    def get_page_subtitle(self) -> str:
        return self.endpoint.name

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        index = {"url": reverse(self.index_url_name), "label": _("Webhooks")}
        page = {"url": self.back_url, "label": self.endpoint.name}
        return [*self.breadcrumbs_items, index, page, {"url": "", "label": self.page_title}]


# By the name of the URL.
VIEWS: dict[str, tuple[str, type[View]]] = {
    "test": ("test/<int:pk>/", TestView),
    "show_secret": ("secret/<int:pk>/", ShowSecretView),
    "rotate": ("rotate/<int:pk>/", RotateView),
    "pause": ("pause/<int:pk>/", PauseView),
    "turn_on": ("turn-on/<int:pk>/", TurnOnView),
    "send_missed": ("send-missed/<int:pk>/", SendMissedView),
    "send_again": ("send-again/<uuid:delivery>/", SendAgainView),
}
