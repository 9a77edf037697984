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
from digest.pages.views import in_one_language, readers_language, tag_path
from search import facets
from search.asked import Asked, clean, locale_of, read

# Where nothing is found: the tags of the latest issues, so many of each.
LATEST, MAX_TAGS = 20, 12


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show the public stories and issues of this site that are found for ``?q=``."""
    text = clean(request.GET.get("q", ""))
    locale = locale_of(request)
    context: dict[str, Any] = {"query": text[:MAX_CHARACTERS], "locale": locale}
    with visibility.snapshot():
        context["search_locale"] = has_languages() and (locale or readers_language())
        try:
            context |= _answer(request, text) if text else {}
        except TooLong:
            context |= {"is_too_long": True, "characters": MAX_CHARACTERS, "terms": MAX_TERMS}
        status = 400 if "is_too_long" in context else 200
        return render(request, "search/search.html", context, status=status)


def _answer(request: HttpRequest, text: str) -> dict[str, Any]:
    site = Site.find_for_request(request)
    issues = visibility.public(get_issue_page_model().objects.all(), site)
    public = in_one_language(issues, request)
    asked = read(request, text, site, public)
    found = find(text, asked.narrow(public), everywhere=public, correct=not asked.is_literal)
    pks = _in_order(found, asked)
    page = Paginator(pks, conf.ISSUES_PER_PAGE).get_page(request.GET.get("page"))
    is_first = page.number == 1
    if site and _is_counted(request, asked):
        log_search(site, found.query, found.counts.total if found.is_complete else 0)
    return {
        "asked": asked,
        "found": found,
        "total": number_format(found.counts.total, force_grouping=True),
        "page": page,
        "results": _shown(found, page.object_list, site),
        "promoted": promoted(found.query, site) if is_first and site else [],
        "links": _links(asked, page),
        "chosen": facets.chosen(asked),
        "facets": facets.offered(asked, found.counts, site),
        **({} if pks else _elsewhere(request, public, site)),
    }


def _is_counted(request: HttpRequest, asked: Asked) -> bool:
    """Whether a reader has searched, and neither narrows nor orders what was found."""
    is_plain = asked == Asked(asked.text, locale=asked.locale) and "page" not in request.GET
    return is_plain and request.method == "GET"


def _in_order(found: SearchResults, asked: Asked) -> list[int]:
    """The entries that the pages of results show, of which there is an end."""
    if asked.is_newest_first:
        return list(found.entries.values_list("pk", flat=True)[:MAX_RANKED])
    return [hit.pk for hit in found.hits]


def _shown(found: SearchResults, pks: list[int], site: Site | None) -> list[Result]:
    """The results of one page, with all that is shown of their issues."""
    results = found.get_results(pks)
    issues = list({result.issue.pk: result.issue for result in results}.values())
    prefetch_related_objects(issues, "locale", "tagged_items__tag")
    with_digests(issues, site)
    return results


def _links(asked: Asked, page: Any) -> dict[str, str]:
    """Where one goes from a page of results."""
    return {
        "previous": asked.url(page.number - 1) if page.has_previous() else "",
        "next": asked.url(page.number + 1) if page.has_next() else "",
        "relevance": asked.but(is_newest_first=False).url(),
        "newest": asked.but(is_newest_first=True).url(),
        "literal": asked.but(is_literal=True).url(),
        "everything": asked.but(tags=(), digest=None, year=None).url(),
    }


def _elsewhere(request: HttpRequest, public: QuerySet, site: Site | None) -> dict[str, Any]:
    """What there is to read where nothing was found: digests, and tags of the latest issues."""
    digests = visibility.public(get_digest_page_model().objects.all(), site)
    latest = list(latest_first(public).values_list("pk", flat=True)[:LATEST])
    tagged = get_issue_tag_model().objects.filter(content_object__in=latest).exclude(tag__slug="")
    tags = Counter(item.tag for item in tagged.select_related("tag").order_by("pk"))
    locale, active = locale_of(request), readers_language()
    return {
        "digests": in_one_language(digests, request),
        "tags": [(t.name, tag_path(t, locale, active)) for t, _times in tags.most_common(MAX_TAGS)],
    }
