"""What a newsletter manager may do to subscriptions, each after a question.

Log entries and messages are stored, so they do not have the address: it may be erased later.
"""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import LogActionRegistry, log

from digest.contrib.newsletter import subscriptions
from digest.contrib.newsletter.admin.confirmation import ConfirmationView
from digest.contrib.newsletter.models import Subscriber, Subscription

END, RESEND, ERASE = (f"digest_newsletter.{name}" for name in ("end", "resend", "erase"))


def register_log_actions(actions: LogActionRegistry) -> None:
    actions.register_action(END, _("End a subscription"), _("Subscription ended"))
    actions.register_action(RESEND, _("Send a letter again"), _("Confirmation letter sent again"))
    actions.register_action(ERASE, _("Erase a subscriber"), _("Subscriber erased"))


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
        if not subscriptions.resend(self.subscription):
            return gettext(
                "The letter was not sent: the subscription does not wait for a confirmation, the "
                "address gets no mail, or it has had as many letters as the limits allow."
            )
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
