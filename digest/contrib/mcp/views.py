"""The view of the server; ``engine`` has the protocol, ``api`` the tools."""

from functools import cache

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables

from digest import __version__
from digest.api.throttling import IPAddressThrottle
from digest.caching.cacheable import ignore_cookies, site_language
from digest.contrib.mcp import engine
from digest.contrib.mcp.api import failures
from digest.contrib.mcp.api.admission import admit
from digest.contrib.mcp.api.calls import call
from digest.contrib.mcp.api.definitions import definitions
from digest.contrib.mcp.instructions import INSTRUCTIONS

HEADERS = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}


@cache
def server() -> engine.Server:
    """Return the server; its schemas take a second to build, so each process does so once."""
    info = {"name": "wagtail-digest", "version": __version__, "instructions": INSTRUCTIONS}
    return engine.make_server(info, definitions(), admit, call)


@csrf_exempt
@login_not_required
@transaction.non_atomic_requests
def mcp(request: HttpRequest) -> HttpResponse:
    """Respond to a message of an MCP client. Session and cookies have no effect."""
    ignore_cookies(request)
    request.user = AnonymousUser()  # which the engine reads: no query, and no Vary: Cookie
    with translation.override(site_language()):
        response = _respond(request)
    for name, value in {**HEADERS, **IPAddressThrottle.of(request).headers()}.items():
        response[name] = value
    patch_vary_headers(response, ["Authorization", "Origin"])
    return response


@sensitive_variables()
def _respond(request: HttpRequest) -> HttpResponse:
    """Return the response; one that fails outside a tool is a protocol error."""
    try:
        return server()(request)
    except Exception as error:
        found, headers = failures.problem_of_failure(error, request, "The MCP server has failed")
        response = engine.refusal(found["status"], found["detail"], found)
        for name, value in headers.items():
            response[name] = value
        return response
