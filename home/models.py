"""The front page of the site: the latest issues of all its digests."""

from typing import Any

from django.http import HttpRequest
from wagtail.models import Page, Site

from digest import visibility
from digest.listing import latest_first, paginate
from digest.models import get_digest_page_model, get_issue_page_model


class HomePage(Page):
    """Lists what readers came for: the digests, and their issues, newest first."""

    max_count = 1

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add ``digests`` and ``issues``: all public ones of this site."""
        context = super().get_context(request, *args, **kwargs)
        site = Site.find_for_request(request)
        issues = latest_first(visibility.public(get_issue_page_model().objects.all(), site))
        context["digests"] = visibility.public(get_digest_page_model().objects.all(), site)
        context["issues"] = paginate(issues, request.GET.get("page"))
        return context
