"""Structured data of pages other than issues (https://schema.org), and the way to a page."""

from typing import Any

from wagtail.models import Site

from digest.pages.public_urls import frontend_root, page_url, site_name

CONTEXT = {"@context": "https://schema.org"}


def website(site: Site, language: str = "", search_path: str = "") -> dict[str, Any]:
    """Return a WebSite, with a SearchAction if there is a search page that takes ``q``."""
    root = frontend_root(site)
    data = {"@type": "WebSite", "name": site_name(site), "url": f"{root}/"}
    if language:
        data["inLanguage"] = language
    if search_path:
        target = f"{root}{search_path}?q={{search_term_string}}"
        data["potentialAction"] = {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": target},
            "query-input": "required name=search_term_string",
        }
    return CONTEXT | data


def collection_page(digest: Any, site: Site, image_url: str | None = None) -> dict[str, Any]:
    """Return a CollectionPage, the page of a digest."""
    website_data = {"@type": "WebSite", "name": site_name(site), "url": f"{frontend_root(site)}/"}
    data = {
        "@type": "CollectionPage",
        "name": digest.title,
        "description": getattr(digest, "search_description", "") or digest.tagline,
        "url": page_url(digest),
        "image": image_url,
        "inLanguage": digest.locale.language_code,
        "isPartOf": website_data,
        "breadcrumb": breadcrumbs(site, digest),
    }
    return CONTEXT | {name: value for name, value in data.items() if value}


def breadcrumbs(site: Site, *pages: Any) -> dict[str, Any] | None:
    """Return a BreadcrumbList from the front page to the last of the public pages.

    A page that is None is left out; without a URL of the last page, there is no list.
    """
    steps = [(site_name(site), f"{frontend_root(site)}/")]
    steps += [(_name(page), page_url(page)) for page in pages if page]
    if not all(url for _, url in steps):
        return None
    items = [
        {"@type": "ListItem", "position": place, "name": name, "item": url}
        for place, (name, url) in enumerate(steps, 1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}


def _name(page: Any) -> str:
    return getattr(page, "headline", "") or page.title
