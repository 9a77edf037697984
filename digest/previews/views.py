"""Built-in page of a shared draft, and Wagtail's user bar for frontends."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import get_resolver
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.views.decorators.debug import sensitive_variables
from wagtail.admin.userbar import Userbar
from wagtail.models import Site

from digest.caching import cacheable
from digest.conf import conf
from digest.http.redaction import hide_token
from digest.pages import public_urls
from digest.previews import drafts as preview_drafts
from digest.previews.tokens import HEADERS, hash_token


@sensitive_variables("token")
def preview(request: HttpRequest, token: str) -> HttpResponse:
    """Render the draft of a token as an anonymous user would see it; 404 without a valid token."""
    token_hash = hash_token(token)
    hide_token(request)
    cacheable.ignore_cookies(request)
    request.user = AnonymousUser()
    if request.method not in ("GET", "HEAD"):
        response: HttpResponse = HttpResponseNotAllowed(["GET", "HEAD"])
    else:
        response = _page(request, token_hash) or _not_found(request)
    patch_cache_control(response, private=True, no_store=True)
    for name in ("X-Robots-Tag", "Referrer-Policy"):
        response[name] = HEADERS[name]
    return response


# POST returns 405 instead of a CSRF error. Django's decorator would add a stack frame that has the
# token, and error reports would show it.
preview.csrf_exempt = True


def _page(request: HttpRequest, token_hash: str) -> HttpResponse | None:
    draft = preview_drafts.open_draft(token_hash, Site.find_for_request(request))
    if draft is None:
        return None
    # The page class uses a draft's own digest, and the template omits third-party scripts, which
    # would learn this URL.
    request.is_preview = request.is_shared_preview = True
    # The URL has no language, unlike that of the page.
    with translation.override(draft.locale.language_code):
        template, context = draft.get_template(request), draft.get_context(request)
        return TemplateResponse(request, template, context).render()


def _not_found(request: HttpRequest) -> HttpResponse:
    # Raising Http404 would bypass the headers that ``preview`` sets.
    handler = get_resolver(getattr(request, "urlconf", None)).resolve_error_handler(404)
    return handler(request, exception=Http404())


class PreviewUserbar(Userbar):
    """Render Wagtail's hidden user bar, which runs content checks and restores scroll positions."""

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        # With a scheme: the frontend's may differ.
        context = super().get_context_data(parent_context)
        return context | {"origin": request_origin(parent_context["request"])}


@cacheable.public_view
def userbar(request: HttpRequest) -> HttpResponse:
    """Return the HTML of the user bar, which ``digest/preview.js`` inserts into a frontend's page.

    The response is public: it has no page data and no links to the admin.
    """
    if not conf.PREVIEW_URLS:
        raise Http404
    request.user, request.in_preview_panel = AnonymousUser(), True
    return HttpResponse(PreviewUserbar().render_html({"request": request}))


def request_origin(request: HttpRequest) -> str:
    return public_urls.origin(request.build_absolute_uri("/"))
