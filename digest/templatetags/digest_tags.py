"""Template tags of the readers' pages."""

import json
from typing import Any

from django import template
from django.template import Context
from django.utils.safestring import SafeString, mark_safe
from wagtail.images.models import AbstractImage
from wagtail.models import Site
from wagtail.rich_text import RichText

from digest import seo, visibility
from digest.feeds import FEEDS, feed_url
from digest.rendering import public_html, public_images

register = template.Library()

# Characters that could end the element or begin another.
JSON_ESCAPES = {ord(character): f"\\u{ord(character):04X}" for character in "<>&"}


@register.filter
def public_richtext(value: RichText | str | None) -> SafeString:
    """Render rich text as an anonymous reader may see it; links to hidden pages lose their href."""
    source = value.source if isinstance(value, RichText) else value or ""
    return mark_safe(public_html([source])[0])


@register.filter
def story_anchor(issue: Any, block_id: str | None) -> str:
    """The anchor of a story on the page of its issue; empty for a block that is no story."""
    return issue.story_anchors.get(block_id, "")


@register.inclusion_tag("digest/includes/picture.html", takes_context=True)
def digest_picture(
    context: Context, image: AbstractImage | None, sizes: str = "100vw", eager: bool = False
) -> dict[str, Any]:
    """Show an image in the widths that exist of it; nothing where it may not be shown."""
    images = [image] if image else []
    data = public_images(images, closed_collections=_closed_collections(context)).get(image)
    if data is None:
        return {"image": None}
    by_format: dict[str, list[dict[str, Any]]] = {}
    for rendition in data["renditions"]:
        by_format.setdefault(rendition["format"], []).append(rendition)
    *sources, fallback = by_format.items()
    return {
        "image": data,
        "sources": [(name, _srcset(renditions)) for name, renditions in sources],
        "fallback": fallback[1][-1],
        "fallback_srcset": _srcset(fallback[1]),
        "sizes": sizes,
        "eager": eager,
    }


def _closed_collections(context: Context) -> tuple[str, ...]:
    """Asked once a request, so that a list of pictures costs no more than one."""
    request = context.get("request")
    kept = vars(request) if request else {}
    if "_digest_closed_collections" not in kept:
        kept["_digest_closed_collections"] = visibility.closed_collection_paths()
    return kept["_digest_closed_collections"]


def _srcset(renditions: list[dict[str, Any]]) -> str:
    return ", ".join(f"{rendition['url']} {rendition['width']}w" for rendition in renditions)


@register.simple_tag(takes_context=True)
def issue_seo(context: Context, issue: Any) -> dict[str, Any]:
    """What the head of an issue's page says; see ``digest.seo``."""
    return seo.issue_seo(issue, Site.find_for_request(context["request"]))


@register.filter
def json_ld(data: dict[str, Any]) -> SafeString:
    """A script element of JSON-LD that no content can close."""
    text = json.dumps(data, ensure_ascii=False).translate(JSON_ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')


@register.simple_tag
def feed_links(digest: Any) -> list[dict[str, str]]:
    """The feeds of a digest (none of a hidden one): title, label, media type and address."""
    return [
        {
            "title": f"{digest.title} ({feed.label})",
            "label": feed.label,
            "type": feed.media_type,
            # The path alone: it leads to the feed on whatever host and port the page is read.
            "url": feed_url(digest, feed, None),
        }
        for feed in (FEEDS if digest else [])
    ]
