"""Which site an answer is about."""

from django.http import HttpRequest
from wagtail.models import Site

from digest.api.errors import InvalidParameters


def find_site(request: HttpRequest, name: str | None) -> Site | None:
    """The site of that name ("example.com", or "example.com:8000"); without one, of the host.

    Of several sites of one host name, one without a port means the default one, or else the one
    of the lowest port. InvalidParameters where there is none.
    """
    if name is None:
        return Site.find_for_request(request)
    hostname, _colon, port = name.partition(":")
    sites = Site.objects.select_related("root_page").filter(hostname__iexact=hostname)
    if port:
        sites = sites.filter(port=int(port))
    site = sites.order_by("-is_default_site", "port").first()
    if site is None:
        detail = "There is no site of this name."
        raise InvalidParameters([{"parameter": "site", "code": "invalid", "detail": detail}])
    # Where find_for_request keeps it: of sites that share pages, Wagtail takes this one's address.
    request._wagtail_site = site
    return site
