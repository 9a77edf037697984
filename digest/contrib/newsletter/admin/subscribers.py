"""Subscribers in the admin: a list, and a page for each with its history and actions."""

import re
from collections.abc import Sequence
from typing import Any

import django_filters
from django.db import connection
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import BaseColumn, Column, DateColumn
from wagtail.admin.views import generic
from wagtail.admin.views.mixins import SpreadsheetExportMixin
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton
from wagtail.log_actions import LogActionRegistry, LogFormatter, log
from wagtail.models import ModelLogEntry

from digest.admin.listings import EmptyMessageMixin
from digest.contrib.newsletter import subscriptions, suppression
from digest.contrib.newsletter.admin import actions
from digest.contrib.newsletter.models import (
    EmailDelivery,
    Source,
    Subscriber,
    Subscription,
)
from digest.contrib.newsletter.preferences import DEFERRED
from digest.contrib.newsletter.transfer import exporting
from digest.pages.page_models import get_digest_page_model

LETTERS_SHOWN = 50
AFTER_ASCII = "\x7f"
NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
EXPORT = "digest_newsletter.export"


class ExportFormatter(LogFormatter):
    label = _("Export subscribers")

    def format_message(self, entry: ModelLogEntry) -> str:
        return gettext("%(count)d subscriptions exported") % {"count": entry.data["count"]}


def register_log_actions(actions: LogActionRegistry) -> None:
    actions.register_action(EXPORT)(ExportFormatter)


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

    @property
    def chosen(self) -> dict[str, Any]:
        """Return the conditions of the subscription."""
        chosen = dict(self.form.cleaned_data)
        if days := chosen.pop("requested_at", None):
            chosen |= {"requested_at__gte": days.start, "requested_at__lte": days.stop}
        return {name: value for name, value in chosen.items() if value}

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        if not self.chosen:
            return queryset
        found = Subscription.objects.filter(**self.chosen)
        return queryset.filter(pk__in=found.values("subscriber"))


class SubscriberIndexView(EmptyMessageMixin, generic.IndexView):
    """List subscribers, and export their subscriptions: whoever may see them may copy them."""

    empty_message = _(
        "Readers who have subscribed to a digest are listed here. The first ones appear when a"
        " digest is open for sign-ups, which you choose under “Newsletters”, or when you import"
        " them."
    )

    any_permission_required = ["view"]
    list_export = exporting.OWN_COLUMNS
    export_filename = "subscribers"
    custom_value_preprocess = {
        str: {SpreadsheetExportMixin.FORMAT_XLSX: lambda text: NOT_IN_XML.sub("", text)}
    }

    def get_base_queryset(self) -> QuerySet:
        rows = Subscription.objects.select_related("digest").order_by("pk")
        return Subscriber.objects.prefetch_related(Prefetch("subscriptions", rows))

    def search_queryset(self, queryset: QuerySet) -> QuerySet:
        return with_prefix(queryset, self.search_query) if self.is_searching else queryset

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        if not self.request.user.has_perm("digest_newsletter.add_subscriberimport"):
            return []
        url = reverse("digest_newsletter_imports:add")
        return [HeaderButton(_("Import subscribers"), url=url, icon_name="upload")]

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

    def as_spreadsheet(self, queryset: QuerySet, spreadsheet_format: str) -> HttpResponse:
        rows = Subscription.objects.filter(subscriber__in=queryset.order_by().values("pk"))
        rows = rows.filter(**self.filters.chosen)
        data = {"count": rows.count(), "format": spreadsheet_format}
        # Of no subscriber in particular; the entry has no address, since it outlives erasures.
        title = gettext("Subscribers")
        log(Subscriber(pk=0), EXPORT, user=self.request.user, title=title, data=data)
        return super().as_spreadsheet(exporting.rows(rows), spreadsheet_format)

    def to_row_dict(self, item: dict[str, str]) -> dict[str, str]:
        return item

    def get_heading(self, queryset: Any, field: str) -> str:
        return field


class SubscriberInspectView(generic.InspectView):
    any_permission_required = ["view"]
    page_title = _("Subscriber")
    template_name = "digest/newsletter/admin/subscriber.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.object.subscriptions.select_related("digest", "consent_text", "origin")
        rows = rows.defer(*DEFERRED).order_by("pk")
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
