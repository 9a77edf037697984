"""The page that asks before an action, and runs it on POST."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin


class ConfirmationView(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """Show a confirmation page; on POST run ``act``, and redirect to ``next_url``.

    ``act`` returns why nothing was done, or None. ``back_url`` is where "No" leads.
    """

    index_url_name = inspect_url_name = ""
    permission_required = "change"
    template_name = "digest/newsletter/admin/confirm.html"
    question = button = success_message = log_action = back_url = ""
    is_serious = False

    def act(self) -> str | None:
        raise NotImplementedError

    @property
    def next_url(self) -> str:
        return self.back_url

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        next_url = self.next_url
        with transaction.atomic():
            if error := self.act():
                messages.error(request, error)
                return redirect(next_url)
        messages.success(request, self.success_message)
        return redirect(next_url)
