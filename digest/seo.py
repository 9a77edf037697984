"""What search engines and link previews are told of an issue, the same by page and by API."""

from datetime import UTC, datetime
from typing import Any

from django.utils.text import Truncator
from wagtail.models import Site

from digest import visibility
from digest.images import largest_jpeg, public_images

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
    source = issue
    while source.alias_of:
        source = source.alias_of
    return source if source is not issue and visibility.is_public(source) else issue


def _image_url(issue: Any, base_url: str) -> str | None:
    """A JPEG of the issue's image, else of its digest's: link previews do not all know WebP."""
    images = [page.image for page in (issue, issue.digest) if page and page.image]
    data = public_images(images, base_url) if images else {}
    return next((largest_jpeg(data[image])["url"] for image in images if image in data), None)


def _json_ld(issue: Any, seo: dict[str, Any], site: Site | None) -> dict[str, Any]:
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": str(issue.headline)[:110],
        "description": seo["description"],
        "url": seo["canonical_url"],
        "image": seo["image_url"],
        "datePublished": utc_text(issue.published_at),
        "dateModified": utc_text(issue.updated_at),
        "inLanguage": issue.locale.language_code,
        "keywords": [tag.name for tag in issue.tags.all()],
        "wordCount": issue.word_count,
        "isPartOf": issue.digest and _periodical(issue.digest),
        "publisher": site and site.site_name and {"@type": "Organization", "name": site.site_name},
    }
    return {name: value for name, value in data.items() if value}


def _periodical(digest: Any) -> dict[str, str]:
    return {"@type": "Periodical", "name": digest.title, "url": digest.full_url}


def utc_text(moment: datetime) -> str:
    """A moment in UTC to the second, ending in Z, whatever the site's time zone."""
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:  # the first hours of the year 1 are in the year 0 of another time zone
        moment = moment.replace(tzinfo=UTC)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
