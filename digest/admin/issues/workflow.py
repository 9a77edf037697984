"""Workflow actions on issues that fail validation."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.views.pages.workflow import WorkflowActionView


class IssueWorkflowActionView(WorkflowActionView):
    """Roll back an approval that fails validation, and redirect to the editor with the errors.

    An issue can become invalid in review: it is incomplete, or its slug or number is now in use.
    """

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                return super().post(request, *args, **kwargs)
        except ValidationError as error:
            return self._redirect_to_editor(error)

    def _redirect_to_editor(self, error: ValidationError) -> HttpResponse:
        for message in error.messages:
            messages.error(self.request, _("Not approved: %(reason)s") % {"reason": message})
        editor = reverse(self.redirect_url_name, args=[self.object.pk])
        if self.request.headers.get("x-requested-with") == "XMLHttpRequest":
            return self.render_modal_json(self.request, {"step": "success", "redirect": editor})
        return redirect(editor)
