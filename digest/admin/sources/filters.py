"""List filters of the source index."""

from datetime import timedelta
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from digest.sources.checking import BROKEN
from digest.sources.models import Source, State

HOSTS_SHOWN = 15
LONGEST_DAYS = 365


class StateFilter(SimpleListFilter):
    """Filter by the result of the last link check."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("broken", _("dead or moved")), *State.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "broken":
            return queryset.filter(state__in=BROKEN)
        return queryset.filter(state=self.value()) if self.value() in State.values else queryset


class CitedFilter(SimpleListFilter):
    """Filter by the date of the most recent citation."""

    title = _("last cited")
    parameter_name = "cited"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("7", _("in the last 7 days")),
            ("30", _("in the last 30 days")),
            (str(LONGEST_DAYS), _("in the last year")),
            ("earlier", _("more than a year ago")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        value, today = self.value(), timezone.localdate()
        if value == "earlier":
            return queryset.filter(last_cited_on__lt=today - timedelta(days=LONGEST_DAYS))
        if value in ("7", "30", str(LONGEST_DAYS)):
            return queryset.filter(last_cited_on__gte=today - timedelta(days=int(value)))
        return queryset


class HostFilter(SimpleListFilter):
    """Filter by host; only the hosts with the most sources are offered."""

    title = _("host")
    parameter_name = "host"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        counted = Source.objects.cited().values("host").annotate(number=Count("pk"))
        hosts = counted.order_by("-number", "host").values_list("host", "number")[:HOSTS_SHOWN]
        return [(host, f"{host} ({number})") for host, number in hosts]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        value = (self.value() or "").replace("\0", "")
        return queryset.filter(host=value) if value else queryset
