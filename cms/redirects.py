"""Redirects of Wagtail, except those that would reveal hidden pages."""

from urllib.parse import urlparse

from django.http import HttpRequest, HttpResponse
from wagtail.contrib.redirects import middleware
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Site

from digest import visibility


class RedirectMiddleware(middleware.RedirectMiddleware):
    """Follow redirects to pages only if the page is public on the request's site.

    Wagtail's would reveal the URL of a hidden page that was moved or renamed. ``/api/v1/pages/``
    follows the same rule. Redirects to other sites need a URL.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if response.status_code == 404 and _leads_to_hidden_page(request):
            return response
        return super().process_response(request, response)


def _leads_to_hidden_page(request: HttpRequest) -> bool:
    path = Redirect.normalise_path(request.get_full_path(), decode_unicode=False)
    found = middleware.get_redirect(request, path)
    found = found or middleware.get_redirect(request, urlparse(path).path)
    page = found.redirect_page if found else None
    return page is not None and not visibility.is_public(page, Site.find_for_request(request))
