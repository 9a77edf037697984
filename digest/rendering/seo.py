"""Build metadata for search engines and link previews, for pages and the API."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.utils.text import Truncator
from wagtail.models import Site

from digest import visibility
from digest.conf import get_base_page_model, has_languages
from digest.pages.provenance import disclosure_lines, plain_line
from digest.pages.public_urls import frontend_root, page_url, site_name
from digest.rendering.images import largest_jpeg, public_images_by_id

DESCRIPTION_LENGTH = 200
# Of IPTC: made by several means, at least one of which is generative AI.
WITH_AI = "https://schema.org/CompositeWithTrainedAlgorithmicMediaDigitalSource"


def issue_seo(
    issue: Any,
    site: Site | None,
    images: dict[int, dict[str, Any]] | None = None,
    tags: Iterable[str] | None = None,
) -> dict[str, Any]:
    """Return title, description, canonical URL, image URL and JSON-LD (schema.org NewsArticle).

    The canonical URL of an alias is that of its source, if public. ``images`` (data by id) and
    ``tags`` (names) can be passed if the caller has them.
    """
    if images is None:
        ids = (page.image_id for page in (issue, issue.digest) if page)
        images = public_images_by_id(filter(None, ids), site.root_url if site else "")
    if tags is None:
        tags = [tag.name for tag in issue.tags.all()]
    description = getattr(issue, "search_description", "") or issue.summary
    seo = {
        "title": getattr(issue, "seo_title", "") or issue.headline,
        "description": Truncator(description).chars(DESCRIPTION_LENGTH),
        "canonical_url": page_url(_canonical_page(issue)),
        "image_url": _image_url(issue, images),
    }
    logo = _jpeg_url(issue.digest and images.get(issue.digest.image_id))
    return seo | {"json_ld": _json_ld(issue, seo, site, list(tags), logo)}


def _canonical_page(issue: Any) -> Any:
    source = issue
    while source.alias_of_id:
        source = source.alias_of
    if source is issue or not visibility.is_public(source):
        return issue
    visibility.note_expiry([source])
    return source


def _image_url(issue: Any, images: dict[int, dict[str, Any]]) -> str | None:
    """Return a JPEG of the issue or its digest, since not all link previews support WebP."""
    shown = [images.get(page.image_id) for page in (issue, issue.digest) if page]
    return next((_jpeg_url(data) for data in shown if data), None)


def _jpeg_url(image: dict[str, Any] | None) -> str | None:
    return largest_jpeg(image)["url"] if image else None


def alternates(page: Any, site: Site) -> list[dict[str, str]]:
    """Return ``locale`` and ``url`` of each public translation, including the page itself.

    The translation in the language of the root page of the site is also "x-default". The list is
    empty if there is only one language.
    """
    if not (has_languages() and page.pk):
        return []
    model = get_base_page_model()
    same = model.objects.filter(translation_key=page.translation_key)
    return alternates_of(visibility.public(same, site).select_related("locale"), site)


def alternates_of(translations: Iterable[Any], site: Site) -> list[dict[str, str]]:
    """Return the alternates of public pages known to be translations of each other."""
    pages = sorted(translations, key=lambda page: (page.locale.language_code, page.pk))
    if len(pages) < 2:
        return []
    default = [page for page in pages if page.locale_id == site.root_page.locale_id]
    named = [(page.locale.language_code, page) for page in pages]
    named += [("x-default", page) for page in default[:1]]
    return [{"locale": code, "url": page_url(page)} for code, page in named]


def _json_ld(
    issue: Any, seo: dict[str, Any], site: Site | None, keywords: list[str], logo: str | None
) -> dict[str, Any]:
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": str(issue.headline)[:110],
        "description": seo["description"],
        "url": seo["canonical_url"],
        "image": seo["image_url"],
        "datePublished": utc_isoformat(issue.published_at),
        "dateModified": utc_isoformat(issue.updated_at),
        "inLanguage": issue.locale.language_code,
        "keywords": keywords,
        "wordCount": issue.word_count,
        "isPartOf": issue.digest and _periodical(issue.digest),
        "correction": _correction(issue.correction_note),
        **_backstory(issue),
    } | _organizations(issue.digest, site, logo)
    if issue.byline:
        data["author"] = _thing("Person", issue.byline, None)
    return {name: value for name, value in data.items() if value}


def _correction(note: dict[str, Any] | None) -> dict[str, str] | None:
    if note is None:
        return None
    published = {"text": note["text"], "datePublished": utc_isoformat(note["at"])}
    return {"@type": "CorrectionComment"} | published


def _backstory(issue: Any) -> dict[str, str]:
    """Return how the issue was made, if AI has written or edited it: editors may have, too."""
    lines = disclosure_lines(issue)
    if not lines:
        return {}
    return {"backstory": "\n".join(map(plain_line, lines)), "digitalSourceType": WITH_AI}


def _organizations(digest: Any, site: Site | None, logo: str | None) -> dict[str, Any]:
    """Return the author, the digest with its image, and the publisher, the site if it has a name.

    Each replaces the other if it is missing: a digest that is not public is not named.
    """
    author = _thing("Organization", digest.title, page_url(digest)) if digest else None
    if author and logo:
        author["logo"] = {"@type": "ImageObject", "url": logo}
    publisher = None
    if site and (site.site_name or not author):
        publisher = _thing("Organization", site_name(site), frontend_root(site))
    return {"author": author or publisher, "publisher": publisher or author}


def _periodical(digest: Any) -> dict[str, str]:
    return _thing("Periodical", digest.title, page_url(digest))


def _thing(kind: str, name: str, url: str | None) -> dict[str, str]:
    return {"@type": kind, "name": name} | ({"url": url} if url else {})


def utc_isoformat(value: datetime) -> str:
    """Format a datetime in UTC, to the second, with a trailing Z."""
    try:
        value = value.astimezone(UTC)
    except OverflowError:  # the first hours of the year 1 are in the year 0 of another time zone
        value = value.replace(tzinfo=UTC)
    return value.isoformat(timespec="seconds").replace("+00:00", "Z")
