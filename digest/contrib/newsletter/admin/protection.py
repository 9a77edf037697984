"""Keep digests with subscriptions from being deleted, with a message instead of an error."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail.admin import messages

from digest.contrib.newsletter.models import Subscription
from digest.pages.page_models import get_digest_page_model


def keep_page(request: HttpRequest, page: Any) -> HttpResponse | None:
    """Redirect to the page's parent with a message if a digest at or below it has subscriptions."""
    return _keep(request, [page], redirect("wagtailadmin_explore", page.get_parent().pk))


def keep_selected_pages(
    request: HttpRequest, action_type: str, objects: Iterable[Any], action: Any
) -> HttpResponse | None:
    """Do the same before a bulk deletion."""
    if action_type != "delete":
        return None
    pages = [page for page in objects if hasattr(page, "path")]
    return _keep(request, pages, redirect(action.next_url))


def _keep(request: HttpRequest, pages: list[Any], response: HttpResponse) -> HttpResponse | None:
    titles = [digest.title for page in pages for digest in _with_subscriptions(page)]
    if not titles:
        return None
    message = _(
        "%(digests)s cannot be deleted: readers have subscribed, and their consent has to be "
        "provable. Unpublish it instead, or erase its subscribers first."
    )
    messages.error(request, message % {"digests": ", ".join(f"“{title}”" for title in titles)})
    return response


def _with_subscriptions(page: Any) -> Iterable[Any]:
    digests = get_digest_page_model().objects.descendant_of(page, inclusive=True)
    subscribed = Subscription.objects.values("digest")
    return digests.filter(pk__in=subscribed)
