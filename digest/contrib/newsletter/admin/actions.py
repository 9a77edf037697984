"""What a newsletter manager may do to subscriptions, each after a question.

Log entries and messages are stored, so they do not have the address: it may be erased later.
"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.widgets import AdminAutoHeightTextInput
from wagtail.log_actions import LogActionRegistry, LogFormatter, log

from digest.contrib.newsletter import bounces, email_addresses, subscriptions, suppression
from digest.contrib.newsletter.admin.confirmation import ConfirmationView
from digest.contrib.newsletter.models import Mailing, Subscriber, Subscription, Suppression

END, RESEND, ERASE, LIFT, LIFT_MAILING = (
    f"digest_newsletter.{name}" for name in ("end", "resend", "erase", "lift", "lift_mailing")
)


def register_log_actions(actions: LogActionRegistry) -> None:
    actions.register_action(END, _("End a subscription"), _("Subscription ended"))
    actions.register_action(RESEND, _("Send a letter again"), _("Confirmation letter sent again"))
    actions.register_action(ERASE, _("Erase a subscriber"), _("Subscriber erased"))
    actions.register_action(LIFT)(LiftFormatter)
    actions.register_action(
        LIFT_MAILING,
        _("Allow mail to addresses that bounced in a mailing"),
        _("Mail allowed to addresses that bounced in a mailing"),
    )


class LiftFormatter(LogFormatter):
    label = _("Allow mail to an address")

    def format_message(self, log_entry: Any) -> str:
        note = log_entry.data.get("note")
        return gettext("Mail allowed again: %s") % note if note else gettext("Mail allowed again")


class ActionView(ConfirmationView):
    model = Subscriber

    @cached_property
    def subscriber(self) -> Subscriber:
        return get_object_or_404(Subscriber, pk=self.kwargs["pk"])

    def log(self, **kwargs: Any) -> None:
        title = gettext("Subscriber %(number)d") % {"number": self.subscriber.pk}
        log(self.subscriber, self.log_action, user=self.request.user, title=title, **kwargs)

    @property
    def back_url(self) -> str:
        return reverse(self.inspect_url_name, args=[self.subscriber.pk])

    def get_page_subtitle(self) -> str:
        return self.subscriber.address

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        index = {"url": reverse(self.index_url_name), "label": _("Subscribers")}
        inspect = {"url": self.back_url, "label": self.subscriber.address}
        return [*self.breadcrumbs_items, index, inspect, {"url": "", "label": self.page_title}]


class SubscriptionActionView(ActionView):
    @cached_property
    def subscription(self) -> Subscription:
        rows = Subscription.objects.select_related("subscriber", "digest")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @property
    def subscriber(self) -> Subscriber:
        return self.subscription.subscriber

    def log(self) -> None:
        super().log(data={"digest": self.subscription.digest.title})


class EndView(SubscriptionActionView):
    page_title = _("End the subscription")
    button = _("Yes, end it")
    success_message = _("The subscription has ended.")
    log_action = END

    @property
    def question(self) -> str:
        return gettext(
            "End the subscription to “%(digest)s”? The reader gets no mail about it."
        ) % {"digest": self.subscription.digest.title}

    def act(self) -> str | None:
        if self.subscription.state not in subscriptions.OPEN:
            return gettext("This subscription has ended already.")
        subscriptions.end(self.subscription, Subscription.EndReason.EDITOR)
        self.log()
        return None


class ResendView(SubscriptionActionView):
    page_title = _("Send the letter again")
    button = _("Yes, send it again")
    success_message = _("The confirmation letter will be sent again.")
    log_action = RESEND

    @property
    def question(self) -> str:
        return gettext("Send the confirmation letter for “%(digest)s” again?") % {
            "digest": self.subscription.digest.title
        }

    def act(self) -> str | None:
        try:
            subscriptions.resend(self.subscription)
        except ValidationError as error:
            return error.message
        self.log()
        return None


class EraseView(ActionView):
    permission_required = "delete"
    is_serious = True
    page_title = _("Erase the subscriber")
    button = _("Yes, erase everything")
    success_message = _("The address and everything stored about it were erased.")
    log_action = ERASE
    question = _(
        "Erase this address with all its subscriptions and their history? This cannot be undone. "
        "The reader may sign up again."
    )

    @property
    def next_url(self) -> str:
        return reverse(self.index_url_name)

    def act(self) -> None:
        self.log(deleted=True)
        subscriptions.erase(self.subscriber)


class NoteForm(forms.Form):
    """The note that is logged when somebody gets mail again who did not want it."""

    note = forms.CharField(
        label=_("Note"),
        max_length=500,
        widget=AdminAutoHeightTextInput,
        help_text=_("When and how the reader has asked for it. It stays in the log."),
    )

    def clean_note(self) -> str:
        note = self.cleaned_data["note"]
        if email_addresses.is_in(note):
            message = _("Leave out e-mail addresses: the log keeps them when they are erased.")
            raise forms.ValidationError(message)
        return note


class LiftView(ActionView):
    """Lift the suppression of an address: what the reader asked for only with a note."""

    page_title = _("Allow mail again")
    button = _("Yes, allow mail")
    success_message = _("The address can get mail again.")
    log_action = LIFT

    @cached_property
    def suppression(self) -> Suppression | None:
        return suppression.of(self.subscriber.key)

    @cached_property
    def form(self) -> NoteForm | None:
        if self.suppression is None or self.suppression.reason not in suppression.FINAL:
            return None
        return NoteForm(self.request.POST or None)

    @property
    def question(self) -> str:
        if self.form:
            return gettext(
                "Allow mail to this address again? Only if its reader asks for it. Its "
                "subscriptions stay ended: the reader can sign up again."
            )
        return gettext("Allow mail to this address again? Its suppressed subscriptions go on.")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.form and not self.form.is_valid():
            return self.render_to_response(self.get_context_data(**kwargs))
        return super().post(request, *args, **kwargs)

    def act(self) -> str | None:
        found = self.suppression
        if found is None or not bounces.lift(self.subscriber, found.reason):
            return gettext("This address can get mail already.")
        self.log(data=self.form.cleaned_data if self.form else {})
        return None


class LiftMailingView(ActionView):
    """Lift the suppression of all addresses that bounced in a mailing, such as by an outage."""

    page_title = _("Allow mail to bounced addresses")
    button = _("Yes, allow mail")
    success_message = _("The addresses get mail again.")
    log_action = LIFT_MAILING

    @cached_property
    def mailing(self) -> Mailing:
        return get_object_or_404(Mailing.objects.defer("html", "text"), pk=self.kwargs["pk"])

    @cached_property
    def question(self) -> str:
        count = bounces.suppressed_by(self.mailing)
        return ngettext(
            "One address bounced in this mailing and gets no mail. Allow it again, with its "
            "suppressed subscriptions?",
            "%(count)d addresses bounced in this mailing and get no mail. Allow it again, with "
            "their suppressed subscriptions?",
            count,
        ) % {"count": count}

    def act(self) -> str | None:
        count = bounces.lift_mailing(self.mailing)
        if not count:
            return gettext("No address is suppressed because of this mailing.")
        user, title = self.request.user, self.get_page_subtitle()
        log(self.mailing, self.log_action, user=user, title=title, data={"count": count})
        return None

    @property
    def back_url(self) -> str:
        """Return the page with the link to this one, or else the list."""
        return get_valid_next_url_from_request(self.request) or reverse(self.index_url_name)

    def get_page_subtitle(self) -> str:
        # Not its issue, which may not be public.
        return gettext("Mailing %(number)d") % {"number": self.mailing.pk}

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        index = {"url": reverse(self.index_url_name), "label": _("Subscribers")}
        return [*self.breadcrumbs_items, index, {"url": "", "label": self.page_title}]


VIEWS = {
    "end": EndView,
    "resend": ResendView,
    "erase": EraseView,
    "lift": LiftView,
    "lift_mailing": LiftMailingView,
}
