"""The readers' search page."""

import re

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from wagtail.models import Site

from digest import visibility
from digest.conf import conf
from digest.listing import with_digests, with_related
from digest.models import get_issue_page_model
from digest.views import in_one_language

MAX_CHARACTERS = 200
MAX_WORDS = 20


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show the public issues of this site that have all words of ``?q=``."""
    query = _words(request.GET.get("q", ""))
    issues = get_issue_page_model().objects.all()
    # As a subquery: a search backend checks each filter of a queryset, and knows not all of ours.
    public = visibility.public(issues, Site.find_for_request(request))
    public = in_one_language(public, request)
    found = with_related(issues.filter(pk__in=public.values("pk"))).search(query) if query else []
    page = Paginator(found, conf.ISSUES_PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = with_digests(page.object_list)
    return render(request, "search/search.html", {"query": query, "issues": page})


def _words(query: str) -> str:
    """The words of a query, without quotes and operators, which are left to later."""
    return " ".join(re.findall(r"\w+", query[:MAX_CHARACTERS])[:MAX_WORDS])
