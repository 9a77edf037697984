"""The page of a webhook: its state, what can be done to it, and its deliveries."""

from typing import Any

import django_filters
from django.core.paginator import Page, Paginator
from django.forms import Media
from django.http import HttpRequest, HttpResponse
from django.utils.dateparse import parse_datetime
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables
from wagtail.admin.staticfiles import versioned_static
from wagtail.admin.views import generic

from digest.contrib.webhooks import deliveries
from digest.contrib.webhooks.admin.forms import LABELS
from digest.contrib.webhooks.admin.secrets import take_secret
from digest.contrib.webhooks.admin.states import PAUSED, is_working, reason_of, state_of, styles
from digest.contrib.webhooks.models import WebhookDelivery, WebhookEvent
from digest.contrib.webhooks.presets import preset_of

SHOWN = 20
State = WebhookDelivery.State


class DeliveryFilterSet(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=State.choices, empty_label=_("All")
    )
    event = django_filters.ChoiceFilter(
        label=_("Event"),
        choices=WebhookEvent.Type.choices,
        empty_label=_("All"),
        field_name="event__type",
    )

    class Meta:
        model = WebhookDelivery
        fields: list[str] = []


class EndpointPageView(generic.InspectView):
    any_permission_required = ["view", "change"]
    page_title = _("Webhook")
    template_name = "digest/webhooks/admin/endpoint.html"
    # The fields that Wagtail would show: its own list has the URL.
    fields = ["name"]

    @method_decorator(sensitive_variables())
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Rendered here, so that an error in a template does not report the secret.
        return super().get(request, *args, **kwargs).render()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        endpoint = self.object
        context = super().get_context_data(
            endpoint=endpoint,
            preset=preset_of(endpoint),
            state=state_of(endpoint),
            reason=reason_of(endpoint),
            is_working=is_working(endpoint),
            is_paused=endpoint.disabled_reason == PAUSED,
            events=[LABELS.get(name, name) for name in endpoint.events],
            waiting=endpoint.deliveries.filter(state__in=WebhookDelivery.QUEUED).count(),
            missed=deliveries.missed(endpoint).count(),
            may_change=self.user_has_permission_for_instance("change", endpoint),
            secret=take_secret(self.request, endpoint),
            test=self._test,
            filter=self._filter,
            deliveries=self._deliveries,
            **kwargs,
        )
        context["media"] = styles() + self._scripts
        return context

    @cached_property
    def _test(self) -> WebhookDelivery | None:
        """Return the last test, with its attempt."""
        tests = self.object.deliveries.filter(event__type=WebhookEvent.Type.PING)
        return with_attempts(tests.select_related("event").order_by("-queued_at").first())

    @property
    def _scripts(self) -> Media:
        is_waiting = self._test and self._test.state in WebhookDelivery.QUEUED
        return Media(js=[versioned_static("digest/webhooks/test.js")] if is_waiting else [])

    @cached_property
    def _filter(self) -> DeliveryFilterSet:
        rows = self.object.deliveries.select_related("event")
        # Those of one pass of the relay are queued at the same time.
        rows = rows.order_by("-queued_at", "-event__sequence", "-pk")
        found = DeliveryFilterSet(self.request.GET, rows)
        possible = (*preset_of(self.object).events, WebhookEvent.Type.PING)
        choices = [(name, LABELS.get(name, name)) for name in possible]
        found.filters["event"].extra["choices"] = choices
        return found

    @property
    def _deliveries(self) -> Page:
        """Return a page of the deliveries, the latest first."""
        page = Paginator(self._filter.qs, SHOWN).get_page(self.request.GET.get("p"))
        page.object_list = [with_attempts(row) for row in page.object_list]
        return page


def with_attempts(delivery: WebhookDelivery | None) -> WebhookDelivery | None:
    """Add the attempts of a delivery as a template shows them, the latest first."""
    if delivery:
        attempts = reversed(delivery.attempts)
        delivery.shown_attempts = [
            attempt | {"at": parse_datetime(attempt["at"])} for attempt in attempts
        ]
        delivery.is_queued = delivery.state in WebhookDelivery.QUEUED
    return delivery
