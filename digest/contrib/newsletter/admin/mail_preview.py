"""Preview of the mail of an issue, from its form as it is being edited."""

import json
import re
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from wagtail.admin.views.pages.preview import PreviewOnEditView
from wagtail.utils.decorators import xframe_options_sameorigin_override

from digest.contrib.newsletter import composing, mailings
from digest.contrib.newsletter.admin.issue_state import number
from digest.contrib.newsletter.models import NewsletterSettings
from digest.pages.page_models import get_issue_page_model, parent_of

# A condition of media queries, and others that are always true or false, also in combinations.
DARK = re.compile(r"\(\s*prefers-color-scheme\s*:\s*dark\s*\)")
CONDITIONS = {"dark": "(min-width: 0)", "light": "(max-width: 0)"}
# A mail runs no script and sends nothing, but loads its images, which a media storage may have at a
# domain of its own.
MAIL_POLICY = (
    "default-src 'none'; img-src * data:; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)
HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)


class MailPreviewView(PreviewOnEditView):
    """Store the posted form, as Wagtail's preview does; show its mail on GET."""

    http_method_names = ("post", "get")

    def get_object(self) -> Any:
        issue = super().get_object()
        if not isinstance(issue, get_issue_page_model()):
            raise Http404
        rows = NewsletterSettings.objects.select_related("digest")
        self.newsletter = rows.filter(digest=parent_of(issue).pk).first()
        if self.newsletter is None:
            raise Http404
        return issue

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return the size of the mail, and the subject and preheader that it has by default."""
        response = super().post(request, *args, **kwargs)
        if not json.loads(response.content)["is_valid"]:
            return JsonResponse({"is_valid": False})
        mail = composing.compose(self.object, self.newsletter)
        return JsonResponse(
            {
                "is_valid": True,
                "subject": mail.subject,
                "preheader": mail.preheader,
                "size": _size(mail),
            }
        )

    @method_decorator(xframe_options_sameorigin_override)
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the mail of the form that was posted last, or of the latest draft."""
        if (form_state := self._get_form_state()) is not None:
            form = self.get_form(self._get_form_data(form_state))
            if self.validate_form(form):
                form.save(commit=False)
        mail, show = self._compose(), request.GET.get("show")
        html = _as_page(mail.text) if show == "text" else with_scheme(mail.html, show)
        response = HttpResponse(html)
        response["Content-Security-Policy"] = MAIL_POLICY
        response["Referrer-Policy"] = "no-referrer"
        return response

    def _compose(self) -> composing.Composed:
        mailing = mailings.of_issue(self.object)
        own = {"subject": mailing.subject, "preheader": mailing.preheader} if mailing else {}
        return composing.compose(self.object, self.newsletter, **own)


def _size(mail: composing.Composed) -> str:
    text = _("%(size)s kB") % {"size": number(round(mail.size / 1000))}
    return f"{text} ({_('shortened to an excerpt')})" if mail.is_excerpt else text


def with_scheme(html: str, scheme: str | None) -> str:
    """Return a mail as it looks in light or dark mode, with links that open another tab."""
    scheme = scheme if scheme in CONDITIONS else "light"
    head = f'<base target="_blank"><style>:root {{ color-scheme: only {scheme} }}</style>'
    html = DARK.sub(CONDITIONS[scheme], html)
    return HEAD.sub(lambda match: match[0] + head, html, count=1)


def _as_page(text: str) -> str:
    return render_to_string("digest/newsletter/admin/mail_text.html", {"text": text})
