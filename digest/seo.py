"""What search engines and link previews are told of an issue, the same by page and by API."""

from datetime import UTC, datetime
from typing import Any

from django.utils.text import Truncator
from wagtail.models import Site

from digest import visibility
from digest.rendering import public_images

DESCRIPTION_LENGTH = 200


def issue_seo(issue: Any, site: Site | None) -> dict[str, Any]:
    """Title, description, canonical URL, image URL and JSON-LD (schema.org NewsArticle).

    An alias names its source as canonical, where that is public.
    """
    base_url = site.root_url if site else ""
    image = _image_url(issue, base_url)
    description = getattr(issue, "search_description", "") or issue.summary
    seo = {
        "title": getattr(issue, "seo_title", "") or issue.headline,
        "description": Truncator(description).chars(DESCRIPTION_LENGTH),
        "canonical_url": _canonical_page(issue).full_url,
        "image_url": image,
    }
    return seo | {"json_ld": _json_ld(issue, seo, site)}


def _canonical_page(issue: Any) -> Any:
    source = issue.alias_of
    return source if source and visibility.is_public(source) else issue


def _image_url(issue: Any, base_url: str) -> str | None:
    """The largest JPEG: link previews do not all know WebP."""
    image = issue.image or (issue.digest and issue.digest.image)
    data = public_images([image], base_url).get(image) if image else None
    return data["renditions"][-1]["url"] if data else None


def _json_ld(issue: Any, seo: dict[str, Any], site: Site | None) -> dict[str, Any]:
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": issue.headline[:110],
        "description": seo["description"],
        "url": seo["canonical_url"],
        "image": seo["image_url"],
        "datePublished": _iso(issue.published_at),
        "dateModified": _iso(issue.updated_at),
        "inLanguage": issue.locale.language_code,
        "keywords": [tag.name for tag in issue.tags.all()],
        "wordCount": issue.word_count,
        "isPartOf": issue.digest and _periodical(issue.digest),
        "publisher": site and site.site_name and {"@type": "Organization", "name": site.site_name},
    }
    return {name: value for name, value in data.items() if value}


def _periodical(digest: Any) -> dict[str, str]:
    return {"@type": "Periodical", "name": digest.title, "url": digest.full_url}


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
