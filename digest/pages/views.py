"""Views for readers that are not pages in the tree."""

from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe
from taggit.models import Tag
from wagtail.models import Locale, Site

from digest import visibility
from digest.conf import has_languages
from digest.pages.listing import latest_first, paginate, tagged
from digest.pages.page_models import get_issue_page_model, get_issue_tag_model
from digest.pages.public_urls import frontend_root, requested_locale


@require_safe
def tags(request: HttpRequest) -> HttpResponse:
    """List the tags of the public issues of this site by name."""
    site = Site.find_for_request(request)
    issues = visibility.public(get_issue_page_model().objects.all(), site)
    shown = filter_by_language(issues, request)
    # EXISTS, because with IN SQLite scans all issues for each tag.
    uses = get_issue_tag_model().objects.filter(
        Exists(shown.filter(pk=OuterRef("content_object_id"))), tag=OuterRef("pk")
    )
    found = Tag.objects.filter(Exists(uses.order_by())).exclude(slug="").order_by("name", "pk")
    locale = requested_locale(request) if has_languages() else ""
    active = readers_language()
    context = {"tags": [(tag.name, tag_path(tag, locale, active)) for tag in found]}
    return render(request, "digest/tags_page.html", context)


@require_safe
@visibility.snapshot()
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    """List the public issues of this site with a tag; 404 if there are none."""
    tag = get_object_or_404(Tag, slug=slug)
    locale = requested_locale(request) if has_languages() else ""
    site = Site.find_for_request(request)
    public = visibility.public(get_issue_page_model().objects.all(), site)
    shown = filter_by_language(public, request)
    issues, counted = tagged(shown, [tag.pk]), tagged(shown, [tag.pk], are_counted=True)
    language = readers_language()
    key = ("tag", tag.pk, site, locale or language)
    page = paginate(latest_first(issues), request.GET.get("page"), counted, key)
    if not page.paginator.count:
        raise Http404
    context = {
        "tag": tag,
        "issues": page,
        "digests": {issue.digest.pk: issue.digest for issue in page if issue.digest}.values(),
        "url": site and frontend_root(site) + tag_path(tag, locale, language),
    }
    return render(request, "digest/tag_page.html", context)


def tag_path(tag: Tag, locale: str, active: str) -> str:
    """Return the path of a tag's page, with ``?locale=`` if that is not the active language."""
    return with_language(reverse("digest:tag", args=[tag.slug]), locale, active)


def with_language(path: str, locale: str, active: str) -> str:
    """Return a path with ``?locale=`` if that is not the active language."""
    if not locale or locale == active:
        return path
    return f"{path}?{urlencode({'locale': locale})}"


def filter_by_language(issues: QuerySet, request: HttpRequest) -> QuerySet:
    """Filter issues by ``?locale=``, or else by the language of the request; return all of them if
    the site has no translations."""
    if not has_languages():
        return issues
    code = requested_locale(request) or readers_language()
    return issues.filter(locale__language_code=code)


def readers_language() -> str:
    """Return the language of the request, or the default one if it has no pages; "" if the site has
    no translations."""
    return Locale.get_active().language_code if has_languages() else ""
