"""How the subscriptions of a digest grow, by day, week or month."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from digest.admin.access import digests_with_permission
from digest.contrib.newsletter.models import Mailing, Subscription
from digest.contrib.newsletter.plots import Plot, Series, bar_plot
from digest.contrib.newsletter.reports import PERIODS, Growth, growth_of
from digest.pages.page_models import get_digest_page_model
from digest.pages.time_zones import time_zone_of

PERIODS_SHOWN = 100
DATE_FORMAT = "j M Y"


class GrowthForm(forms.Form):
    """Choose a digest and a period; both have a default."""

    digest = forms.ModelChoiceField(label=_("Digest"), queryset=None, empty_label=None)
    by = forms.ChoiceField(
        label=_("By"), choices=[(name, period.label) for name, period in PERIODS.items()]
    )


class GrowthView(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    model = Mailing
    any_permission_required = ["view"]
    page_title = _("Growth")
    header_icon = "group"
    template_name = "digest/newsletter/admin/growth.html"

    @cached_property
    def form(self) -> GrowthForm:
        digests = get_digest_page_model().objects.filter(alias_of=None).order_by("title", "pk")
        if not self.request.user.has_perm("digest_newsletter.view_mailing"):
            digests = digests_with_permission(self.request.user, "publish").filter(alias_of=None)
        chosen = {"digest": digests.values_list("pk", flat=True).first(), "by": "week"}
        form = GrowthForm(chosen | self.request.GET.dict())
        form.fields["digest"].queryset = digests
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows: list[Growth] = []
        if self.form.is_valid():
            digest = self.form.cleaned_data["digest"]
            period = PERIODS[self.form.cleaned_data["by"]]
            rows = growth_of(digest, period, time_zone_of(digest))[-PERIODS_SHOWN:]
        reasons = sorted({reason for row in rows for reason in row.left})
        # Those without a reason are suppressed.
        labels = {"": Subscription.State.SUPPRESSED.label, **dict(Subscription.EndReason.choices)}
        return super().get_context_data(
            plot=_plot(rows),
            # The latest first.
            rows=[(row, [row.left[reason] for reason in reasons]) for row in reversed(rows)],
            reasons=[labels.get(reason, reason) for reason in reasons],
            **kwargs,
        )

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        index = {"url": reverse("digest_newsletter_mailings:index"), "label": _("Mailings")}
        return [*self.breadcrumbs_items, index, {"url": "", "label": self.page_title}]


def _plot(rows: list[Growth]) -> Plot | None:
    if not rows:
        return None
    first, last = rows[0], rows[-1]
    message = ngettext(
        "From %(first)s to %(last)s: %(number)d reader at the end. A table follows.",
        "From %(first)s to %(last)s: %(number)d readers at the end. A table follows.",
        last.active,
    )
    dates = {
        "first": date_format(first.start, DATE_FORMAT),
        "last": date_format(last.start, DATE_FORMAT),
    }
    return bar_plot(
        gettext("Active subscriptions"),
        message % {**dates, "number": last.active},
        [Series("active", _("Active"))],
        [(date_format(row.start, DATE_FORMAT), {"active": row.active}) for row in rows],
    )
