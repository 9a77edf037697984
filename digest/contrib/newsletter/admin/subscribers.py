"""Subscribers in the admin: a list, and a page for each with its history and actions."""

from collections.abc import Sequence
from typing import Any

import django_filters
from django.db import connection
from django.db.models import Prefetch, QuerySet
from django.urls import URLPattern, path
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import BaseColumn, Column, DateColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from digest.contrib.newsletter import subscriptions, suppression
from digest.contrib.newsletter.admin import actions
from digest.contrib.newsletter.models import EmailDelivery, Source, Subscriber, Subscription
from digest.pages.page_models import get_digest_page_model

LETTERS_SHOWN = 50
AFTER_ASCII = "\x7f"


def with_prefix(subscribers: QuerySet, prefix: str) -> QuerySet:
    """Filter by the beginning of the address, with an index on both databases."""
    prefix = prefix.strip().lower()
    found = subscribers.filter(key__startswith=prefix)
    if connection.vendor == "sqlite":  # Its LIKE uses no index. Keys are ASCII.
        found = found.filter(key__gte=prefix, key__lt=prefix + AFTER_ASCII)
    return found


class SubscriberFilterSet(WagtailFilterSet):
    """Filter by what is true of the same subscription."""

    digest = django_filters.ModelChoiceFilter(
        label=_("Digest"), queryset=lambda request: get_digest_page_model().objects.all()
    )
    state = django_filters.ChoiceFilter(label=_("State"), choices=Subscription.State.choices)
    source = django_filters.ChoiceFilter(label=_("Source"), choices=Source.choices)
    requested_at = django_filters.DateFromToRangeFilter(
        label=_("Signed up"), widget=DateRangePickerWidget
    )

    class Meta:
        model = Subscriber
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        chosen = {name: value for name, value in self.form.cleaned_data.items() if value}
        if days := chosen.pop("requested_at", None):
            bounds = {"requested_at__gte": days.start, "requested_at__lte": days.stop}
            chosen |= {name: value for name, value in bounds.items() if value}
        if not chosen:
            return queryset
        return queryset.filter(pk__in=Subscription.objects.filter(**chosen).values("subscriber"))


class SubscriberIndexView(generic.IndexView):
    any_permission_required = ["view"]

    def get_base_queryset(self) -> QuerySet:
        rows = Subscription.objects.select_related("digest").order_by("pk")
        return Subscriber.objects.prefetch_related(Prefetch("subscriptions", rows))

    def search_queryset(self, queryset: QuerySet) -> QuerySet:
        return with_prefix(queryset, self.search_query) if self.is_searching else queryset

    def get_table(self, object_list: Sequence[Subscriber]) -> Any:
        self.reasons = suppression.reasons_of([row.key for row in object_list])
        return super().get_table(object_list)

    @cached_property
    def columns(self) -> list[BaseColumn]:
        return [*super().columns, Column("reason", label=_("Gets no mail"), accessor=self._reason)]

    def _reason(self, subscriber: Subscriber) -> Any:
        reason = self.reasons.get(subscriber.key)
        # An erased address that signs up again gets mail.
        is_suppressed = reason and reason != suppression.Reason.ERASED
        return suppression.Reason(reason).label if is_suppressed else ""


class SubscriberInspectView(generic.InspectView):
    any_permission_required = ["view"]
    page_title = _("Subscriber")
    template_name = "digest/newsletter/admin/subscriber.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.object.subscriptions.select_related("digest", "consent_text").order_by("pk")
        letters = EmailDelivery.objects.filter(subscription__subscriber=self.object)
        return super().get_context_data(
            subscriptions=[(row, row.state in subscriptions.OPEN) for row in rows],
            letters=letters.select_related("subscription__digest").order_by("-pk")[:LETTERS_SHOWN],
            suppression=suppression.of(self.object.key),
            may_change=self.user_has_permission("change"),
            may_erase=self.user_has_permission("delete"),
            **kwargs,
        )


def _states(subscriber: Subscriber) -> str:
    rows = subscriber.subscriptions.all()
    return ", ".join(f"{row.digest.title}: {row.get_state_display()}" for row in rows)


class SubscriberViewSet(ModelViewSet):
    model = Subscriber
    name = "digest_newsletter_subscribers"
    url_prefix = "digest/subscribers"
    menu_label = _("Subscribers")
    menu_hook = "register_digest_menu_item"
    menu_order = 310
    icon = "group"
    add_to_reference_index = False
    copy_view_enabled = False
    inspect_view_enabled = True
    inspect_view_fields = ["readable_address"]
    index_view_class = SubscriberIndexView
    inspect_view_class = SubscriberInspectView
    inspect_template_name = SubscriberInspectView.template_name
    filterset_class = SubscriberFilterSet
    form_fields: list[str] = []
    # The primary key: newest first, with an index.
    ordering = "-pk"
    list_per_page = 50
    search_fields = ["address"]
    search_backend_name = None
    list_display = [
        # Not "address", by which the list could be sorted, without an index.
        "readable_address",
        Column("subscriptions", label=_("Digests"), accessor=_states),
        DateColumn("created_at", label=_("Since")),
    ]
    # Addresses come from readers alone. A history would keep those of erased readers.
    absent = {"add", "edit", "delete", "history", "history_results", "usage"}

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        names = {f"{name}_url_name": None for name in self.absent - {"history_results"}}
        return super().get_common_view_kwargs(**names, **kwargs)

    def get_urlpatterns(self) -> list[URLPattern]:
        urls = [url for url in super().get_urlpatterns() if url.name not in self.absent]
        for name, view in actions.VIEWS.items():
            constructed = self.construct_view(view, **self.get_common_view_kwargs())
            urls.append(path(f"{name}/<int:pk>/", constructed, name=name))
        return urls

    def register_admin_url_finder(self) -> None:
        """Register none: there is no form that log entries could link to."""
