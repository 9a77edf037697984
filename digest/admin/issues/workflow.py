"""Approval of an issue that cannot be published any more, or not yet."""

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
    """Approves, or says why an issue cannot be published: it may be unfinished, or another page
    has taken its slug or number since it was submitted. The review then goes on."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Do it whole, or refuse and lead to the editor."""
        try:
            with transaction.atomic():
                return super().post(request, *args, **kwargs)
        except ValidationError as error:
            return self._refuse(error)

    def _refuse(self, error: ValidationError) -> HttpResponse:
        for message in error.messages:
            messages.error(self.request, _("Not approved: %(reason)s") % {"reason": message})
        editor = reverse(self.redirect_url_name, args=[self.object.pk])
        if self.request.headers.get("x-requested-with") == "XMLHttpRequest":
            return self.render_modal_json(self.request, {"step": "success", "redirect": editor})
        return redirect(editor)
