"""What an editor may do to a mailing and its mails, each after a question.

``mailings`` and ``queue`` decide whether it is possible; what is done is logged on the issue.
"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminAutoHeightTextInput
from wagtail.log_actions import LogActionRegistry, log

from digest.contrib.newsletter import mailings, queue
from digest.contrib.newsletter.admin.access import mailings_of, title_of
from digest.contrib.newsletter.admin.confirmation import ConfirmationView
from digest.contrib.newsletter.models import EmailDelivery, Mailing
from digest.contrib.newsletter.plain_text import single_line

State = Mailing.State


def register_log_actions(actions: LogActionRegistry) -> None:
    for view in VIEWS.values():
        actions.register_action(view.log_action, view.page_title, view.log_message)


class MailingActionView(ConfirmationView):
    """Ask, then run ``change``, which raises ValidationError if it is not possible."""

    model = Mailing
    # The name of the action in URLs, and the past of it in the log.
    name: str
    log_message: Any

    @cached_property
    def mailing(self) -> Mailing:
        return get_object_or_404(mailings_of(self.request.user, "change"), pk=self.kwargs["pk"])

    def change(self) -> None:
        raise NotImplementedError

    def act(self) -> str | None:
        try:
            self.change()
        except ValidationError as error:
            return " ".join(error.messages)
        self.log()
        return None

    def log(self) -> None:
        pk, issue = self.mailing.pk, self.mailing.issue
        # Whoever sees the history of the site may not be allowed to see the title of the issue.
        fields = {} if issue else {"title": gettext("Mailing %(number)d") % {"number": pk}}
        user = self.request.user
        log(issue or self.mailing, self.log_action, user=user, data={"mailing": pk}, **fields)

    @property
    def back_url(self) -> str:
        return reverse(self.inspect_url_name, args=[self.mailing.pk])

    def get_page_subtitle(self) -> str:
        return title_of(self.mailing)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        index = {"url": reverse(self.index_url_name), "label": _("Mailings")}
        inspect = {"url": self.back_url, "label": title_of(self.mailing)}
        return [*self.breadcrumbs_items, index, inspect, {"url": "", "label": self.page_title}]


def _waits(mailing: Mailing) -> bool:
    return mailing.state in mailings.INTERRUPTED


class PauseView(MailingActionView):
    log_action = "digest_newsletter.pause_mailing"
    log_message = _("Mailing paused")
    page_title = _("Pause the mailing")
    question = _("Pause the mailing? The mails that are on their way still arrive.")
    button = _("Yes, pause it")
    success_message = _("The mailing is paused.")

    def change(self) -> None:
        mailings.pause(self.mailing, self.request.user)


class ContinueView(MailingActionView):
    log_action = "digest_newsletter.continue_mailing"
    log_message = _("Mailing continued")
    page_title = _("Continue the mailing")
    success_message = _("The mailing goes on.")

    @property
    def question(self) -> str:
        if self.mailing.started_at:
            return gettext(
                "Continue the mailing? Readers who have not got it get the text with which it "
                "began: later changes of the issue are not in it."
            )
        question = gettext("Send the issue to its readers now, as it is?")
        if mailings.is_unreviewed(self.mailing):
            return f"{gettext('No person has approved it.')} {question}"
        return question

    @property
    def button(self) -> str:
        return gettext("Yes, continue") if self.mailing.started_at else gettext("Yes, send it")

    def change(self) -> None:
        mailings.resume(self.mailing, self.request.user)


class StopView(MailingActionView):
    log_action = "digest_newsletter.stop_mailing"
    log_message = _("Mailing stopped")
    page_title = _("Stop the mailing")
    question = _(
        "Stop the mailing? Readers who have not got it yet do not get it. You can continue it "
        "later, or send a correction instead."
    )
    button = _("Yes, stop it")
    success_message = _("The mailing is stopped.")
    is_serious = True

    def change(self) -> None:
        mailings.stop(self.mailing, self.request.user)


class CancelView(MailingActionView):
    log_action = "digest_newsletter.cancel_mailing"
    log_message = _("Mailing cancelled")
    page_title = _("Cancel the mailing")
    question = _("Cancel the mailing? Nobody has got it yet, and nobody will.")
    button = _("Yes, cancel it")
    success_message = _("The mailing is cancelled.")
    is_serious = True

    def change(self) -> None:
        mailings.cancel(self.mailing, self.request.user)


class SendRefusedView(MailingActionView):
    log_action = "digest_newsletter.send_refused_again"
    log_message = _("Refused mails sent again")
    page_title = _("Send refused mails again")
    question = _(
        "Send the mails again that were refused because of the sender or the text, and not because "
        "of the address? Repair the reason first, or they are refused again."
    )
    button = _("Yes, send them again")

    @property
    def success_message(self) -> str:
        if _waits(self.mailing):
            return gettext("The mails will be sent again once you continue the mailing.")
        return gettext("The mails will be sent again.")

    def change(self) -> None:
        if not queue.send_refused_again(self.mailing):
            raise ValidationError(gettext("There is no such mail any more."))


class MailActionView(MailingActionView):
    """Change one mail of a mailing; ``pk`` is that of the mail."""

    @cached_property
    def mail(self) -> EmailDelivery:
        rows = EmailDelivery.objects.filter(mailing__isnull=False)
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @cached_property
    def mailing(self) -> Mailing:
        found = mailings_of(self.request.user, "change")
        return get_object_or_404(found, pk=self.mail.mailing_id)


class MarkSentView(MailActionView):
    log_action = "digest_newsletter.mark_mail_sent"
    log_message = _("Mail marked as sent")
    page_title = _("Mark the mail as sent")
    question = _("Has this mail arrived? It will count as accepted.")
    button = _("Yes, it has")
    success_message = _("The mail counts as accepted.")

    def change(self) -> None:
        queue.mark_accepted(self.mail)


class SendAgainView(MailActionView):
    log_action = "digest_newsletter.send_mail_again"
    log_message = _("Mail sent again")
    page_title = _("Send the mail again")
    question = _("Send this mail again? Its reader may get it twice.")
    button = _("Yes, send it again")

    @property
    def success_message(self) -> str:
        if _waits(self.mailing):
            return gettext("The mail will be sent again once you continue the mailing.")
        return gettext("The mail will be sent again.")

    def change(self) -> None:
        queue.send_again(self.mail)


class CorrectionForm(forms.Form):
    subject = forms.CharField(label=_("Subject"), max_length=255)
    note = forms.CharField(
        label=_("What was wrong"),
        widget=AdminAutoHeightTextInput,
        max_length=2000,
        help_text=_("Readers see it above the issue."),
    )
    audience = forms.ChoiceField(
        label=_("Send it to"), choices=Mailing.Audience.choices, widget=forms.RadioSelect
    )

    def clean_subject(self) -> str:
        return single_line(self.cleaned_data["subject"])


class CorrectView(MailingActionView):
    log_action = "digest_newsletter.correct_mailing"
    log_message = _("Correction sent")
    page_title = _("Send a correction")
    question = _(
        "The correction is the issue as it is now, below your note. Publish the corrected issue "
        "first."
    )
    button = _("Send the correction")
    success_message = _("The correction will be sent.")

    @cached_property
    def form(self) -> CorrectionForm:
        is_stopped = self.mailing.state == State.STOPPED
        audience = Mailing.Audience.ACTIVE if is_stopped else Mailing.Audience.RECEIVED
        title = self.mailing.subject or self.mailing.issue_title
        # Not more than the field takes.
        subject = (gettext("Correction: %s") % title)[:255] if self.mailing.shows_issue else ""
        initial = {"audience": audience, "subject": subject}
        return CorrectionForm(self.request.POST or None, initial=initial)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.form.is_valid():
            return self.render_to_response(self.get_context_data(**kwargs))
        return super().post(request, *args, **kwargs)

    def change(self) -> None:
        mailings.correct(self.mailing, self.request.user, **self.form.cleaned_data)


VIEWS: dict[str, type[MailingActionView]] = {
    "pause": PauseView,
    "continue": ContinueView,
    "stop": StopView,
    "cancel": CancelView,
    "correct": CorrectView,
    "send_refused": SendRefusedView,
    "mark_sent": MarkSentView,
    "send_again": SendAgainView,
}


def possible_actions(mailing: Mailing) -> list[str]:
    """Return the names of the actions that the state of a mailing allows."""
    state, has_started = mailing.state, bool(mailing.started_at)
    checks = {
        "pause": state == State.SENDING,
        "continue": state in mailings.INTERRUPTED,
        "stop": has_started and state in (State.SENDING, State.PAUSED, State.HELD),
        "cancel": not has_started and state in (State.SCHEDULED, State.HELD),
        "correct": has_started and state in (State.STOPPED, State.DONE),
    }
    return [name for name, is_possible in checks.items() if is_possible]
