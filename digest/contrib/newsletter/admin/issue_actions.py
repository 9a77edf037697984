"""What editors do with the mailing of an issue: views that take a POST and return JSON."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views import View
from wagtail.admin.widgets import AdminDateTimeInput
from wagtail.log_actions import LogActionRegistry, log

from digest.admin.access import page_permission_policy
from digest.contrib.newsletter import mailings
from digest.contrib.newsletter.admin import mailing_actions
from digest.contrib.newsletter.admin.issue_state import IssueState
from digest.contrib.newsletter.models import EmailDelivery, NewsletterSettings
from digest.contrib.newsletter.plain_text import single_line
from digest.pages.page_models import get_issue_page_model, parent_of

TEST = "digest_newsletter.send_test"
SEND = "digest_newsletter.send_mailing"
SCHEDULE = "digest_newsletter.schedule_mailing"
CANCEL = mailing_actions.CancelView.log_action
LATEST = timedelta(days=366)


def register_log_actions(actions: LogActionRegistry) -> None:
    actions.register_action(TEST, _("Send a test mail"), _("Test mail sent"))
    actions.register_action(SEND, _("Send the mailing"), _("Mailing sent"))
    actions.register_action(SCHEDULE, _("Schedule the mailing"), _("Mailing scheduled"))


class DraftForm(forms.Form):
    """The subject and the preheader; empty for the headline and the summary."""

    subject = forms.CharField(label=_("Subject"), max_length=255, required=False)
    preheader = forms.CharField(
        label=_("Preheader"),
        max_length=255,
        required=False,
        help_text=_("What the list of an inbox shows after the subject."),
    )

    def clean_subject(self) -> str:
        return single_line(self.cleaned_data["subject"])

    def clean_preheader(self) -> str:
        return single_line(self.cleaned_data["preheader"])


class TestForm(forms.Form):
    """Choose whom a test goes to."""

    __test__ = False  # it is no test of pytest

    user = forms.ModelChoiceField(label=_("Send a test to"), queryset=None, empty_label=None)

    def __init__(self, *args: Any, recipients: QuerySet, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs, initial={"user": user.pk})
        self.fields["user"].queryset = recipients
        self.fields["user"].label_from_instance = lambda recipient: (
            f"{recipient.get_full_name() or recipient.get_username()} <{recipient.email}>"
        )

    def clean_user(self) -> Any:
        user = self.cleaned_data["user"]
        if not user.email.rpartition("@")[0].isascii():
            message = _("No mail can be sent to %(address)s: letters before the @ must be ASCII.")
            raise ValidationError(message, params={"address": user.email})
        return user


class ScheduleForm(forms.Form):
    """Choose a time, in the current time zone."""

    at = forms.DateTimeField(label=_("Date and time"), widget=AdminDateTimeInput)

    def clean_at(self) -> Any:
        at, now = self.cleaned_data["at"], timezone.now()
        if at <= now:
            raise ValidationError(_("Choose a time in the future."))
        if at > now + LATEST:
            raise ValidationError(_("Choose a time within a year."))
        return at


def recipients_of_tests(state: IssueState) -> QuerySet:
    """Return whom a user may send tests: writers themselves, editors all who may edit the issue."""
    allowed = Q(pk=state.user.pk)
    if state.may_publish:
        policy = page_permission_policy()
        editors = policy.users_with_permission_for_instance("change", state.issue)
        allowed |= Q(pk__in=editors.order_by().values("pk"))
    users = get_user_model().objects.filter(allowed, is_active=True).exclude(email="")
    return users.order_by(get_user_model().USERNAME_FIELD)


class IssueStateView(View):
    """Return what the panel shows; subclasses change something first."""

    http_method_names = ["get"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.state = self.read_state()
        if not self.is_permitted():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def read_state(self) -> IssueState:
        # Not pk, which may overflow: it is a foreign key.
        issue = get_object_or_404(get_issue_page_model(), id=self.kwargs["page_id"])
        rows = NewsletterSettings.objects.select_related("digest")
        newsletter = get_object_or_404(rows, digest=parent_of(issue).pk)
        return IssueState(issue, newsletter, self.request.user)

    def is_permitted(self) -> bool:
        return self.state.may_edit

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.respond()

    def respond(self, message: str = "") -> HttpResponse:
        return JsonResponse(self.read_state().as_json() | {"message": message})


class ActionView(IssueStateView):
    """Run ``act`` in a transaction; its ValidationError becomes a 400 with errors by field."""

    http_method_names = ["post"]

    def is_permitted(self) -> bool:
        return self.state.may_publish

    def get_form(self) -> forms.Form | None:
        return None

    def act(self, **cleaned: Any) -> str:
        """Change something; return what was done, for the user."""
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form()
        if form and not form.is_valid():
            return _with_errors(form.errors)
        try:
            with transaction.atomic():
                message = self.act(**form.cleaned_data if form else {})
        except ValidationError as error:
            return _with_errors({NON_FIELD_ERRORS: error.messages})
        return self.respond(message)

    def log(self, action: str, **data: Any) -> None:
        log(self.state.issue, action, user=self.request.user, data=data)


def _with_errors(errors: Any) -> JsonResponse:
    return JsonResponse({"errors": {name: list(errors[name]) for name in errors}}, status=400)


class DraftView(ActionView):
    def is_permitted(self) -> bool:
        return self.state.may_publish or "draft" in self.state.actions

    def get_form(self) -> forms.Form:
        return DraftForm(self.request.POST)

    def act(self, subject: str, preheader: str) -> str:
        mailings.save_draft(self.state.issue, subject, preheader)
        return gettext("Subject and preheader are saved.")


class TestView(ActionView):
    __test__ = False

    def is_permitted(self) -> bool:
        return self.state.may_edit

    def get_form(self) -> forms.Form:
        recipients = recipients_of_tests(self.state)
        return TestForm(self.request.POST, recipients=recipients, user=self.request.user)

    def act(self, user: Any) -> str:
        revision = self.state.issue.latest_revision
        if revision is None:
            raise ValidationError(gettext("Save the issue first."))
        EmailDelivery.objects.create(kind=EmailDelivery.Kind.TEST, user=user, revision=revision)
        self.log(TEST)
        return gettext("A test is on its way to %(address)s.") % {"address": user.email}


class SendView(ActionView):
    def act(self) -> str:
        mailings.schedule(self.state.issue, self.request.user)
        self.log(SEND)
        if self.state.is_public:
            return gettext("The mailing is on its way.")
        return gettext("The mailing waits for the issue.")


class ScheduleView(ActionView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with timezone.override(self.state.zone):
            return super().post(request, *args, **kwargs)

    def get_form(self) -> forms.Form:
        return ScheduleForm(self.request.POST)

    def act(self, at: Any) -> str:
        mailings.schedule(self.state.issue, self.request.user, at)
        self.log(SCHEDULE, at=at.isoformat())
        return gettext("The mailing is scheduled.")


class CancelView(ActionView):
    def act(self) -> str:
        if self.state.mailing is None:
            raise ValidationError(gettext("There is nothing to cancel."))
        mailings.cancel(self.state.mailing, self.request.user)
        self.log(CANCEL)
        return gettext("The mailing is cancelled.")
