"""Filters of the source index."""

from collections.abc import Iterator

from django.db.models import Count
from django.forms import CheckboxSelectMultiple
from django.utils.translation import gettext_lazy as _
from django_filters.filters import DateFromToRangeFilter, MultipleChoiceFilter
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet

from digest.sources.models import Source, State

HOSTS_SHOWN = 15


def most_cited_hosts() -> Iterator[tuple[str, str]]:
    """Yield the hosts with the most sources, each with their number."""
    counted = Source.objects.cited().values("host").annotate(number=Count("pk"))
    for row in counted.order_by("-number", "host")[:HOSTS_SHOWN]:
        yield row["host"], f"{row['host']} ({row['number']})"


class SourceFilterSet(WagtailFilterSet):
    state = MultipleChoiceFilter(
        label=_("State"), choices=State.choices, widget=CheckboxSelectMultiple
    )
    host = MultipleChoiceFilter(
        label=_("Host"), choices=lambda: list(most_cited_hosts()), widget=CheckboxSelectMultiple
    )
    cited = DateFromToRangeFilter(
        label=_("Last cited"), field_name="last_cited_on", widget=DateRangePickerWidget
    )

    class Meta:
        model = Source
        fields: list[str] = []
