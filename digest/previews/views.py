"""The built-in page of a draft, for who was given a link; and Wagtail's user bar for frontends."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import get_resolver
from django.utils.cache import patch_cache_control
from django.views.decorators.debug import sensitive_variables
from wagtail.admin.userbar import Userbar
from wagtail.models import Site

from digest.caching import cacheable
from digest.conf import conf
from digest.http.redaction import hide_token
from digest.pages import public_urls
from digest.previews import drafts as preview_drafts
from digest.previews.tokens import HEADERS, hashed


@sensitive_variables("token")
def preview(request: HttpRequest, token: str) -> HttpResponse:
    """Show the draft of a token as anybody would see it, were it public; else there is nothing."""
    token_hash = hashed(token)
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


# So that a POST is told that it is not allowed. Django's decorator would have the token in a frame
# of its own, and so in reports.
preview.csrf_exempt = True


def _page(request: HttpRequest, token_hash: str) -> HttpResponse | None:
    draft = preview_drafts.open_draft(token_hash, Site.find_for_request(request))
    if draft is None:
        return None
    # The page class shows a draft's own digest, and the template leaves out what would tell others
    # the address of this page.
    request.is_preview = request.is_shared_preview = True
    template, context = draft.get_template(request), draft.get_context(request)
    return TemplateResponse(request, template, context).render()


def _not_found(request: HttpRequest) -> HttpResponse:
    """The site's own 404, made here so that it has the headers of a preview."""
    handler = get_resolver(getattr(request, "urlconf", None)).resolve_error_handler(404)
    return handler(request, exception=Http404())


class PreviewUserbar(Userbar):
    """Wagtail's user bar as its preview panel needs it in the page that it shows: unseen, for the
    content checks and the place that was scrolled to."""

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        """Name the origin with its scheme: the frontend may have another one."""
        context = super().get_context_data(parent_context)
        return context | {"origin": own_origin(parent_context["request"])}


@cacheable.public_view
def userbar(request: HttpRequest) -> HttpResponse:
    """The HTML of the user bar, for a frontend to put into its page (``digest/preview.js``).

    The same for everybody, with nothing of any page and no link into the admin.
    """
    if not conf.PREVIEW_URLS:
        raise Http404
    request.user, request.in_preview_panel = AnonymousUser(), True
    return HttpResponse(PreviewUserbar().render_html({"request": request}))


def own_origin(request: HttpRequest) -> str:
    """The origin that a request was sent to."""
    return public_urls.origin(request.build_absolute_uri("/"))
