"""View that returns whether an editor can still save the form of a page."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from wagtail import hooks

from digest.conf import get_base_page_model


@never_cache
def editing_state(request: HttpRequest) -> HttpResponse:
    """Return the state, and the CSRF token, which changes when the user signs in again.

    Anonymous users never reach the view: Wagtail redirects them to the sign-in page. Another user
    than the one who opened the form gets no token, or the form would be saved under their name.
    """
    if request.GET.get("user") not in (None, str(request.user.pk)):
        return JsonResponse({"state": "other-user"})
    page = _find_page(request.GET.get("page") or request.GET.get("parent") or "")
    state = "deleted" if page is None else _state_of(page, "page" in request.GET, request.user)
    return JsonResponse({"state": state, "csrf_token": get_token(request)})


def _find_page(pk: str) -> Any:
    pages = get_base_page_model().objects
    return pages.filter(pk=pk).specific().first() if pk.isdecimal() else None


def _state_of(page: Any, is_saved: bool, user: Any) -> str:
    permissions = page.permissions_for_user(user)
    if not (permissions.can_edit() if is_saved else permissions.can_add_subpage()):
        return "forbidden"
    lock = page.get_lock() if is_saved else None
    return "locked" if lock and lock.for_user(user) else "editable"


def signed_in(request: HttpRequest) -> HttpResponse:
    """Show that the user has signed in, in the tab opened for it."""
    return render(request, "digest/admin/signed_in.html")


@hooks.register("register_admin_urls")
def register_editing_state_urls() -> list[URLPattern]:
    return [
        path("digest/editing-state/", editing_state, name="digest_editing_state"),
        path("digest/signed-in/", signed_in, name="digest_signed_in"),
    ]
