"""Promoted results, from ``wagtail.contrib.search_promotions``."""

from typing import Any, NamedTuple

from django.apps import apps
from django.db.models import QuerySet
from wagtail.models import Site
from wagtail.search.utils import normalise_query_string

from digest import statements, visibility
from digest.conf import get_base_page_model
from digest.contrib.search.log import normalise
from digest.http.canonical import web_url
from digest.pages.public_urls import page_url


class Promotion(NamedTuple):
    """A page or an external URL that editors show before the results."""

    title: str
    description: str
    url: str
    page: Any | None


def promoted(text: str, site: Site) -> list[Promotion]:
    """Return the promotions of exactly this query, in the editors' order; only public pages."""
    if not apps.is_installed("wagtail.contrib.search_promotions"):
        return []
    query = normalise_query_string(normalise(text))
    picks = statements.fetch(("promotions",), _picks, query=query)
    pages = _public_pages([pick.page_id for pick in picks if pick.page_id], site)
    promotions = (_of_page(pick, pages) if pick.page_id else _of_link(pick) for pick in picks)
    return [promotion for promotion in promotions if promotion and promotion.url]


def _picks(query: Any) -> QuerySet:
    from wagtail.contrib.search_promotions.models import SearchPromotion

    return SearchPromotion.objects.filter(query__query_string=query)


def _public_pages(pks: list[int], site: Site) -> dict[int, Any]:
    if not pks:
        return {}
    pages = get_base_page_model().objects.filter(pk__in=pks)
    public = visibility.public(pages, site).specific().in_bulk()
    visibility.note_expiry(public.values())
    return public


def _of_page(pick: Any, pages: dict[int, Any]) -> Promotion | None:
    page = pages.get(pick.page_id)
    return page and Promotion(page.title, pick.description, page_url(page) or "", page)


def _of_link(pick: Any) -> Promotion | None:
    url = web_url(pick.external_link_url)
    return url and Promotion(pick.external_link_text or url, pick.description, url, None)
