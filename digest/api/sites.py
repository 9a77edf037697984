"""The site of a request."""

from django.http import HttpRequest
from wagtail.models import Site

from digest import memo
from digest.api.errors import InvalidParameters


def find_site(request: HttpRequest, name: str | None) -> Site | None:
    """Return the site named "example.com" or "example.com:8000", or else of the request host.

    If several sites have the host name and it has no port, return the default site, or else the one
    with the lowest port. Raise InvalidParameters if no site has the name.
    """
    if name is None:
        request._wagtail_site = memo.once(
            ("site", request.get_host(), request.get_port()), lambda: Site.find_for_request(request)
        )
        return request._wagtail_site
    hostname, _colon, port = name.partition(":")
    sites = Site.objects.select_related("root_page").filter(hostname__iexact=hostname)
    if port:
        sites = sites.filter(port=int(port))
    site = sites.order_by("-is_default_site", "port").first()
    if site is None:
        detail = "Unknown site."
        raise InvalidParameters([{"parameter": "site", "code": "invalid", "detail": detail}])
    # Where find_for_request memoises it: if sites share pages, Wagtail builds URLs of this one.
    request._wagtail_site = site
    return site
