"""Content-Security-Policy of HTML pages, by who may see them.

Readers' pages run scripts of this site alone, and none that are in the HTML. JSON-LD is data, which
the policy does not concern.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from digest.conf import conf

HEADER = "Content-Security-Policy"
GISCUS = "https://giscus.app"
# Wagtail looks up its latest release on the home page of the admin.
RELEASES = "https://releases.wagtail.org"
# Admin views that render a page as readers will see it.
PREVIEWS = {"preview_on_add", "preview_on_edit", "revisions_view", "view_draft", "workflow_preview"}

Policy = dict[str, list[str]]

# Images are on this host: media are, and `WAGTAIL_GRAVATAR_PROVIDER_URL` is None.
READERS: Policy = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'"],
    "media-src": ["'self'"],
    "connect-src": ["'self'"],
    "manifest-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
}
# The page of a 500, and pages with Wagtail's user bar, whose content checks set styles.
WITH_STYLES: Policy = READERS | {"style-src": ["'self'", "'unsafe-inline'"]}
# Wagtail's widgets have scripts in the HTML, as for dates, and so have its inline panels.
ADMIN: Policy = WITH_STYLES | {
    "script-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:", "blob:"],
    "font-src": ["'self'", "data:"],
    "connect-src": ["'self'", RELEASES],
}


class ContentSecurityPolicyMiddleware:
    """Set the policy of HTML responses that have none; the first middleware that reads headers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_html = response.get("Content-Type", "").startswith("text/html")
        is_debug_page = settings.DEBUG and response.status_code in (404, 500)
        # Wagtail sends a preview through all middleware, within a request of the admin.
        is_ours = getattr(response, "has_policy_of_site", False)
        if is_html and not is_debug_page and (is_ours or HEADER not in response):
            policy = _policy(request, response) | _frame_ancestors(response)
            response[HEADER] = "; ".join(" ".join([name, *policy[name]]) for name in policy)
            response.has_policy_of_site = True
        return response


def _policy(request: HttpRequest, response: HttpResponse) -> Policy:
    match = request.resolver_match
    if match and match.route.startswith("admin/") and match.url_name not in PREVIEWS:
        return ADMIN | {"frame-src": ["'self'", *_preview_origins()]}
    # Set once the user is known; then the page may have the user bar.
    user = getattr(request, "_cached_user", None)
    # The page of an error has its style in the HTML, since static files may be what fails.
    has_styles = response.status_code == 500 or (user and user.is_authenticated)
    policy = WITH_STYLES if has_styles else READERS
    return _with_giscus(policy) if _has_discussion(response) else policy


def _preview_origins() -> set[str]:
    """Return the frontends that the preview panel of the editor shows."""
    parts = map(urlsplit, conf.PREVIEW_URLS.values())
    return {f"{url.scheme}://{url.netloc}" for url in parts}


def _has_discussion(response: HttpResponse) -> bool:
    page = (getattr(response, "context_data", None) or {}).get("page")
    return bool(getattr(page, "discussion", None))


def _with_giscus(policy: Policy) -> Policy:
    loaded = {name: [*policy[name], GISCUS] for name in ("script-src", "style-src")}
    return policy | loaded | {"frame-src": [GISCUS]}


def _frame_ancestors(response: HttpResponse) -> Policy:
    may_frame = response.get("X-Frame-Options") == "SAMEORIGIN"
    return {"frame-ancestors": ["'self'" if may_frame else "'none'"]}
