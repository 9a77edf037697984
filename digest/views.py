"""Readers' pages that are no pages of the tree."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe
from taggit.models import Tag
from wagtail.models import Site

from digest import visibility
from digest.listing import latest_first, paginate
from digest.models import get_issue_page_model


@require_safe
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    """List the public issues of this site with a tag; a tag without any does not exist."""
    tag = get_object_or_404(Tag, slug=slug)
    tagged = get_issue_page_model().objects.filter(tagged_items__tag=tag)
    issues = latest_first(visibility.public(tagged, Site.find_for_request(request)))
    page = paginate(issues, request.GET.get("page"))
    if not page.paginator.count:
        raise Http404
    context = {"tag": tag, "issues": page, "url": request.build_absolute_uri(request.path)}
    return render(request, "digest/tag_page.html", context)
