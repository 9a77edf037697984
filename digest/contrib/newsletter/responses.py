"""Responses of the newsletter's pages: without cookies, never cached, in the digest's language."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from wagtail.coreutils import get_content_languages

from digest.api.errors import prevent_language_redirect
from digest.caching.cacheable import ignore_cookies, site_language
from digest.caching.headers import mark_no_store
from digest.conf import has_languages
from digest.contrib.newsletter.languages import language_of, translated
from digest.contrib.newsletter.models import NewsletterSettings
from digest.contrib.newsletter.tokens import InvalidToken
from digest.http.redaction import hide_token
from digest.pages.public_urls import requested_locale

METHODS = ["GET", "HEAD", "POST", "OPTIONS"]

View = Callable[..., HttpResponse]


def newsletter_view(referrer_policy: str = "no-referrer") -> Callable[[View], View]:
    """Return a decorator for views whose token, if any, is the only secret of the request.

    The response is the same whoever is logged in. A token that is not valid and a digest that takes
    no sign-ups get the same 404.
    """

    def decorate(view: View) -> View:
        @sensitive_variables()
        @wraps(view)
        def wrapper(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            hide_token(request)
            ignore_cookies(request)
            request.user = AnonymousUser()
            response = _respond(view, request, kwargs)
            mark_no_store(response)
            response["X-Robots-Tag"] = "noindex"
            response["Referrer-Policy"] = referrer_policy
            return response

        return csrf_exempt(wrapper)

    return decorate


@sensitive_variables()
def _respond(view: View, request: HttpRequest, kwargs: dict[str, Any]) -> HttpResponse:
    if request.method not in METHODS:
        return HttpResponseNotAllowed(METHODS)
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": ", ".join(METHODS)})
    try:
        return view(request, **kwargs)
    except (Http404, InvalidToken):
        return _not_found(request)
    except RequestDataTooBig:
        return HttpResponse("Content too large\n", "text/plain; charset=utf-8", status=413)


def _not_found(request: HttpRequest) -> HttpResponse:
    request.GET = QueryDict()  # with a locale, too, it is the same page
    response = render_page(request, "not_found", status=404)
    prevent_language_redirect(request)
    return response


def render_page(
    request: HttpRequest,
    name: str,
    digest: Any = None,
    newsletters: Iterable[NewsletterSettings] = (),
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """Render a template in the language of a digest, with the imprints of newsletters."""
    distinct = {(row.imprint, row.privacy_url): row for row in newsletters}
    context |= {"newsletters": distinct.values()}
    with translation.override(language(request, digest)):
        return render(request, f"digest/newsletter/{name}.html", context, status=status)


def language(request: HttpRequest, digest: Any = None) -> str:
    """Return the language of a digest, or else that of ``?locale=``, or else that of the site."""
    if digest:
        return language_of(digest)
    requested = requested_locale(request) if has_languages() else ""
    return translated(requested if requested in get_content_languages() else site_language())
