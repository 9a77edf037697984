"""Middleware that reads pages from the replica (``digest.caching.replica``)."""

from collections.abc import Callable, Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from wagtail.models import Site

from digest.caching import replica
from digest.caching.cacheable import copy_request

# Views below these URLs have to show the latest writes.
EDITORS_VIEWS = (
    ("wagtailadmin_home", ()),
    ("digest:preview", ("-",)),
    ("digest:api:preview", ("-",)),
)


class ReplicaMiddleware:
    """Read from the replica for GET and HEAD of visitors without a session.

    Visitors with a session need to see their own writes. If the replica fails
    while a view runs, the view runs again and reads from the primary; if it fails in another
    middleware, the response is a 503. Goes before all middleware that queries a database.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _may_read_from_replica(request):
            return self.get_response(request)
        with replica.reads():
            response = self.get_response(request)
            # The error was caught, for example by {% if %} in a template.
            if replica.has_failed():
                return HttpResponse(status=503, headers={"Retry-After": str(replica.RETRY_AFTER)})
            return response

    def process_view(self, request: HttpRequest, *args: object) -> None:
        if not replica.is_active():
            return
        request.digest_retry_request = copy_request(request)
        # A replica that lagged may have filled Wagtail's cache. ``cacheable`` clears it itself.
        if "digest" not in request.resolver_match.namespaces:
            Site.clear_site_root_paths_cache()

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Call the view again with a copy of the original request, if the replica has failed."""
        if not replica.has_failed():
            return None
        replica.fall_back_to_primary()
        view, args, kwargs = request.resolver_match
        response = view(request.digest_retry_request, *args, **kwargs)
        return response.render() if hasattr(response, "render") else response


def _may_read_from_replica(request: HttpRequest) -> bool:
    if request.method not in ("GET", "HEAD") or settings.SESSION_COOKIE_NAME in request.COOKIES:
        return False
    return not request.path.startswith(tuple(_editors_paths()))


def _editors_paths() -> Iterator[str]:
    for name, args in EDITORS_VIEWS:
        try:
            yield reverse(name, args=args).removesuffix("-/")
        except NoReverseMatch:  # not all sites have all of them
            continue
