"""Mailings in the admin: a list, and a page on which an editor watches one."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import django_filters
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import View
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import BaseColumn, Column, StatusTagColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton
from wagtail.utils.decorators import xframe_options_sameorigin_override

from digest.admin.listings import WIDE, EmptyMessageMixin, styles
from digest.contrib.newsletter import bounces, reports
from digest.contrib.newsletter.admin.access import mailings_of, title_of
from digest.contrib.newsletter.admin.growth import GrowthView
from digest.contrib.newsletter.admin.letters import DiscardLettersView
from digest.contrib.newsletter.admin.mail_preview import MAIL_POLICY, with_scheme
from digest.contrib.newsletter.admin.mailing_actions import VIEWS, possible_actions
from digest.contrib.newsletter.admin.reasons import reasons_of
from digest.contrib.newsletter.mailings import is_unreviewed
from digest.contrib.newsletter.models import EmailDelivery, Mailing
from digest.contrib.newsletter.plots import Plot, Series, bar_plot
from digest.contrib.newsletter.reports import MailingReport
from digest.pages.page_models import get_digest_page_model
from digest.pages.time_zones import format_datetime

MAILS_SHOWN = 50
State = Mailing.State
# What the outcomes are counted by, and the format of its times.
UNITS = {
    "minute": (_("Outcomes by minute"), "H:i"),
    "hour": (_("Outcomes by hour"), "D j M, H:i"),
    "day": (_("Outcomes by day"), "D j M"),
}


def _digests(request: HttpRequest) -> QuerySet:
    mailed = mailings_of(request.user).order_by().values("digest")
    return get_digest_page_model().objects.filter(pk__in=mailed).order_by("title")


class MailingFilterSet(WagtailFilterSet):
    digest = django_filters.ModelChoiceFilter(label=_("Digest"), queryset=_digests)
    state = django_filters.ChoiceFilter(label=_("State"), choices=State.choices)
    due_at = django_filters.DateFromToRangeFilter(label=_("Due"), widget=DateRangePickerWidget)

    class Meta:
        model = Mailing
        fields: list[str] = []


def _due(mailing: Mailing) -> str:
    # Wagtail's column of dates calls those in the future "just now".
    return format_datetime(mailing.due_at) if mailing.due_at else "–"


class MailingIndexView(EmptyMessageMixin, generic.IndexView):
    any_permission_required = ["view"]
    page_title = _("Mailings")
    empty_message = _(
        "A mailing sends an issue to the subscribers of its digest. The first one is created"
        " when you send an issue in its panel “Newsletter”, or publish one of a digest that"
        " sends by itself."
    )

    def get_base_queryset(self) -> QuerySet:
        return mailings_of(self.request.user)

    def get_table(self, object_list: Sequence[Mailing]) -> Any:
        # A constant number of queries for the mailings of the page.
        self.reports = reports.reports_of(object_list)
        self.reasons = reasons_of(object_list)
        return super().get_table(object_list)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["media"] += styles("digest/newsletter/reports.css")
        return context

    @cached_property
    def columns(self) -> list[BaseColumn]:
        return [
            TitleColumn("issue", label=_("Issue"), accessor=title_of, get_url=self.get_inspect_url),
            Column("digest", label=_("Digest"), accessor="digest.title", classname=WIDE),
            Column("kind", label=_("Kind"), accessor="get_kind_display", classname=WIDE),
            StatusTagColumn(
                "state",
                label=_("State"),
                classname="digest-mailing-state",
                accessor="get_state_display",
                primary=lambda mailing: mailing.state == State.SENDING,
            ),
            Column("reason", label=_("Reason"), accessor=self._reason, classname=WIDE),
            Column("due_at", label=_("Due"), accessor=_due),
            Column("sent", label=_("Sent"), accessor=self._sent, classname=WIDE),
            Column("refused", label=_("Refused"), accessor=self._refused, classname=WIDE),
        ]

    def _reason(self, mailing: Mailing) -> str:
        return self.reasons[mailing.pk]

    def _sent(self, mailing: Mailing) -> str:
        report = self.reports[mailing.pk]
        if not report.total:
            return "–"
        return gettext("%(accepted)s of %(total)s") % report.numbers

    def _refused(self, mailing: Mailing) -> Any:
        return self.reports[mailing.pk].refused or "–"

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        url = reverse("digest_newsletter_mailings:growth")
        return [HeaderButton(_("Growth"), url=url, icon_name="group")]


class MailingInspectView(generic.InspectView):
    any_permission_required = ["view"]
    page_title = _("Mailing")
    template_name = "digest/newsletter/admin/mailing.html"

    def get_object(self, queryset: QuerySet | None = None) -> Mailing:
        return get_object_or_404(mailings_of(self.request.user), pk=self.pk)

    def get_page_subtitle(self) -> str:
        return title_of(self.object)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mailing, report = self.object, reports.report_of(self.object)
        may_change = self.user_has_permission_for_instance("change", mailing)
        return super().get_context_data(
            mailing=mailing,
            title=title_of(mailing),
            report=report,
            is_moving=self._is_moving(),
            progress=report.progress,
            states=[(state.label, report.counts[state]) for state in EmailDelivery.State],
            plot=_plot(report),
            outcomes=[
                (label, *(counts[state] for state in reports.OUTCOMES))
                for label, counts in _outcomes(report)
            ],
            issue_url=self._issue_url(),
            reason=reasons_of([mailing])[mailing.pk],
            warning=self._warning(),
            has_mail=mailing.shows_issue and mailing.started_at,
            codes=report.codes.most_common(),
            suppressed=bounces.suppressed_by(mailing) if self.lifts_suppressions else 0,
            refused=self._mails("refused", report) if self.sees_addresses else None,
            unknown=self._mails("unknown", report),
            sees_addresses=self.sees_addresses,
            may_change=may_change,
            actions=[self._action(name) for name in possible_actions(mailing) if may_change],
            **kwargs,
        )

    @property
    def lifts_suppressions(self) -> bool:
        return self.request.user.has_perm("digest_newsletter.change_subscriber")

    @property
    def sees_addresses(self) -> bool:
        return self.request.user.has_perm("digest_newsletter.view_subscriber")

    def _is_moving(self) -> bool:
        """Return whether a worker changes the mailing now, or is about to."""
        state, due_at = self.object.state, self.object.due_at
        is_due = bool(due_at) and due_at <= timezone.now()
        return state == State.SENDING or (state == State.SCHEDULED and is_due)

    def _warning(self) -> str:
        """Return what to do if the mailing is held, or will be, and nobody has approved it."""
        mailing = self.object
        if mailing.started_at or not is_unreviewed(mailing):
            return ""
        if mailing.state == State.HELD:
            return gettext(
                "The issue was submitted with an API key and published without the approval of a "
                "person. Read it. Then send it now, or cancel the mailing."
            )
        if mailing.state == State.SCHEDULED and mailing.issue.live:
            return gettext(
                "No person has approved the issue: the mailing will be held when it is due. Read "
                "the issue. Then publish it again, or send it in its panel “Newsletter”; or cancel "
                "the mailing."
            )
        return ""

    def _issue_url(self) -> str:
        """Return where the user edits the issue, or an empty text."""
        issue = self.object.issue
        if issue and issue.permissions_for_user(self.request.user).can_edit():
            return reverse("wagtailadmin_pages:edit", args=[issue.pk])
        return ""

    def _action(self, name: str) -> tuple[str, str, bool]:
        url = reverse(f"digest_newsletter_mailings:{name}", args=[self.object.pk])
        label = VIEWS[name].page_title
        if name == "continue" and not self.object.started_at:
            label = _("Send it now")
        return url, label, VIEWS[name].is_serious

    def _mails(self, state: str, report: MailingReport) -> Page | None:
        """Return a page of the mails in a state, the latest first."""
        if not report.counts[state]:
            return None
        # The first condition is that of an index.
        failed = self.object.deliveries.filter(state__in=EmailDelivery.FAILED)
        rows = failed.filter(state=state).order_by("-pk")
        paginator = Paginator(rows.select_related("subscription__subscriber"), MAILS_SHOWN)
        return paginator.get_page(self.request.GET.get(state))


def _outcomes(report: MailingReport) -> list[tuple[str, Counter]]:
    """Return the counts by state of each minute, hour or day, with a label for it."""
    time_format = UNITS[report.unit][1]
    return [(date_format(at, time_format), counts) for at, counts in report.outcomes]


def _plot(report: MailingReport) -> Plot | None:
    if not report.outcomes:
        return None
    first, last = (format_datetime(report.outcomes[place][0]) for place in (0, -1))
    description = gettext("From %(first)s to %(last)s: %(progress)s. A table follows.")
    return bar_plot(
        UNITS[report.unit][0],
        description % {"first": first, "last": last, "progress": report.progress},
        [Series(state, state.label) for state in reports.OUTCOMES],
        _outcomes(report),
    )


class MailView(PermissionCheckedMixin, View):
    """Return the frozen mail as a page of its own; its links to unsubscribe lead nowhere."""

    model = Mailing
    any_permission_required = ["view"]

    @method_decorator(xframe_options_sameorigin_override)
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = mailings_of(request.user).filter(shows_issue=True).exclude(html="")
        mailing = get_object_or_404(rows.defer(None), pk=pk)
        response = HttpResponse(with_scheme(mailing.html, "light"))
        response["Content-Security-Policy"] = MAIL_POLICY
        response["Referrer-Policy"] = "no-referrer"
        return response


class MailingViewSet(ModelViewSet):
    model = Mailing
    name = "digest_newsletter_mailings"
    url_prefix = "digest/mailings"
    menu_label = _("Mailings")
    menu_hook = "register_digest_menu_item"
    menu_order = 305
    icon = "mail"
    add_to_reference_index = False
    copy_view_enabled = False
    inspect_view_enabled = True
    index_view_class = MailingIndexView
    inspect_view_class = MailingInspectView
    inspect_template_name = MailingInspectView.template_name
    filterset_class = MailingFilterSet
    form_fields: list[str] = []
    # The primary key: newest first, with an index.
    ordering = "-pk"
    list_per_page = 50
    # Mailings come from issues.
    absent = {"add", "edit", "delete", "history", "history_results", "usage"}

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        names = {f"{name}_url_name": None for name in self.absent - {"history_results"}}
        return super().get_common_view_kwargs(**names, **kwargs)

    def get_urlpatterns(self) -> list[URLPattern]:
        urls = [url for url in super().get_urlpatterns() if url.name not in self.absent]
        for name, view in VIEWS.items():
            constructed = self.construct_view(view, **self.get_common_view_kwargs())
            urls.append(path(f"{name.replace('_', '-')}/<int:pk>/", constructed, name=name))
        urls.append(path("mail/<int:pk>/", MailView.as_view(), name="mail"))
        urls.append(path("discard-letters/", DiscardLettersView.as_view(), name="discard_letters"))
        urls.append(path("growth/", GrowthView.as_view(), name="growth"))
        return urls

    def get_permissions_to_register(self) -> QuerySet:
        permissions = super().get_permissions_to_register()
        return permissions.filter(codename__in=["view_mailing", "change_mailing"])

    def register_admin_url_finder(self) -> None:
        """Register none: there is no form that log entries could link to."""
