"""The readers' search page."""

from collections import Counter
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import number_format
from django.views.decorators.http import require_safe
from wagtail.models import Site

from digest import visibility
from digest.conf import conf, has_languages
from digest.contrib.search.log import log_search
from digest.contrib.search.parsing import MAX_CHARACTERS, MAX_TERMS, TooLong
from digest.contrib.search.promotions import promoted
from digest.contrib.search.querying import search as find
from digest.contrib.search.results import MAX_RANKED, Result, SearchResults
from digest.pages.listing import latest_first, with_digests
from digest.pages.page_models import (
    get_digest_page_model,
    get_issue_page_model,
    get_issue_tag_model,
)
from digest.pages.views import filter_by_language, readers_language, tag_path
from search import facets
from search.query import SearchQuery, clean_text, locale_of, read_query

# Without results, the page shows the most frequent tags of the latest issues.
LATEST_ISSUES, MAX_TAGS = 20, 12


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Render the results for ``?q=`` among the public stories and issues of this site."""
    text = clean_text(request.GET.get("q", ""))
    locale = locale_of(request)
    context: dict[str, Any] = {"query": text[:MAX_CHARACTERS], "locale": locale}
    with visibility.snapshot():
        context["search_locale"] = has_languages() and (locale or readers_language())
        try:
            context |= _results_context(request, text) if text else {}
        except TooLong:
            context |= {"is_too_long": True, "characters": MAX_CHARACTERS, "terms": MAX_TERMS}
        status = 400 if "is_too_long" in context else 200
        return render(request, "search/search.html", context, status=status)


def _results_context(request: HttpRequest, text: str) -> dict[str, Any]:
    site = Site.find_for_request(request)
    issues = visibility.public(get_issue_page_model().objects.all(), site)
    public = filter_by_language(issues, request)
    query = read_query(request, text, site, public)
    search_results = find(
        text, query.filter(public), everywhere=public, correct=not query.is_literal
    )
    counts = search_results.counts
    pks = _ordered_pks(search_results, query)
    page = Paginator(pks, conf.ISSUES_PER_PAGE).get_page(request.GET.get("page"))
    is_first = page.number == 1
    if site and _is_counted(request, query):
        log_search(site, search_results.query, counts.total if search_results.is_complete else 0)
    return {
        "search_query": query,
        "search_results": search_results,
        "total": number_format(counts.total, force_grouping=True),
        "page": page,
        "results": _page_results(search_results, page.object_list, site),
        "promoted": promoted(search_results.query, site) if is_first and site else [],
        "links": _links(query, page),
        "active_filters": facets.active_filters(query),
        "facets": facets.available_facets(query, counts, site),
        **({} if pks else _no_results_context(request, public, site)),
    }


def _is_counted(request: HttpRequest, query: SearchQuery) -> bool:
    """Return whether this is a new search, not a filter, order or page of its results."""
    is_plain = query == SearchQuery(query.text, locale=query.locale) and "page" not in request.GET
    return is_plain and request.method == "GET"


def _ordered_pks(search_results: SearchResults, query: SearchQuery) -> list[int]:
    """Return the primary keys of at most ``MAX_RANKED`` entries, in order."""
    if query.is_newest_first:
        return list(search_results.entries.values_list("pk", flat=True)[:MAX_RANKED])
    return [hit.pk for hit in search_results.hits]


def _page_results(search_results: SearchResults, pks: list[int], site: Site | None) -> list[Result]:
    """Return the results of one page, with the related objects of their issues."""
    results = search_results.get_results(pks)
    issues = list({result.issue.pk: result.issue for result in results}.values())
    prefetch_related_objects(issues, "locale", "tagged_items__tag")
    with_digests(issues, site)
    return results


def _links(query: SearchQuery, page: Any) -> dict[str, str]:
    """Return the URLs of related searches."""
    return {
        "previous": query.url(page.number - 1) if page.has_previous() else "",
        "next": query.url(page.number + 1) if page.has_next() else "",
        "relevance": query.replace(is_newest_first=False).url(),
        "newest": query.replace(is_newest_first=True).url(),
        "literal": query.replace(is_literal=True).url(),
        "unfiltered": query.replace(tags=(), digest=None, year=None).url(),
    }


def _no_results_context(
    request: HttpRequest, public: QuerySet, site: Site | None
) -> dict[str, Any]:
    """Return the digests and the most frequent tags of the latest issues."""
    digests = visibility.public(get_digest_page_model().objects.all(), site)
    latest = list(latest_first(public).values_list("pk", flat=True)[:LATEST_ISSUES])
    tagged = get_issue_tag_model().objects.filter(content_object__in=latest).exclude(tag__slug="")
    tags = Counter(item.tag for item in tagged.select_related("tag").order_by("pk"))
    locale, active = locale_of(request), readers_language()
    return {
        "digests": filter_by_language(digests, request),
        "tags": [(t.name, tag_path(t, locale, active)) for t, _times in tags.most_common(MAX_TAGS)],
    }
