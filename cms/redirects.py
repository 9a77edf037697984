"""Redirects that editors set up, but never to a page that a reader may not see."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from wagtail.contrib.redirects import middleware
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Site

from digest import visibility


class RedirectMiddleware(middleware.RedirectMiddleware):
    """Wagtail's, which would tell the address of a hidden page that was moved or renamed.

    A redirect to a page is followed within the site alone, as ``/api/v1/pages/`` does; to another
    site an editor leads by its address.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Leave a 404 as it is where the redirect leads to a page that this site does not show."""
        if response.status_code == 404 and _leads_to_hidden_page(request):
            return response
        return super().process_response(request, response)


def _leads_to_hidden_page(request: HttpRequest) -> bool:
    path = Redirect.normalise_path(request.get_full_path(), decode_unicode=False)
    found = middleware.get_redirect(request, path)
    found = found or middleware.get_redirect(request, urlsplit(path).path)
    page = found.redirect_page if found else None
    return page is not None and not visibility.is_public(page, Site.find_for_request(request))
