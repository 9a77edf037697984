"""Template tags of the readers' pages."""

import json
from collections.abc import Callable
from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.template import Context
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from wagtail.blocks import StreamValue
from wagtail.images.models import AbstractImage
from wagtail.models import Site
from wagtail.rich_text import RichText

from digest import visibility
from digest.blocks import reading_text
from digest.feeds.views import FEEDS, feed_path
from digest.pages import public_urls
from digest.pages.public_urls import page_url
from digest.pages.views import readers_language, tag_path
from digest.previews.field_map import field_map
from digest.rendering import seo
from digest.rendering.images import largest_jpeg, public_images
from digest.rendering.native_values import prefetch_body
from digest.rendering.rich_text import public_html

register = template.Library()

# Characters that could end the element or begin another.
JSON_ESCAPES = {ord(character): f"\\u{ord(character):04X}" for character in "<>&"}


@register.filter
def public_richtext(value: RichText | str | None) -> SafeString:
    """Render rich text as an anonymous reader may see it; links to hidden pages lose their href."""
    html = getattr(value, "public_html", None)
    if html is None:
        source = value.source if isinstance(value, RichText) else value or ""
        [html] = public_html([source])
    return mark_safe(html)


@register.simple_tag
def resolve_body(body: StreamValue) -> str:
    """Look up at once what all texts and pictures of a body need; each alone asks for itself."""
    prefetch_body(body)
    return ""


@register.simple_tag(takes_context=True)
def page_language(context: Context) -> dict[str, str]:
    """The language of the page shown, or of the request where none is: ``code`` and ``dir``."""
    locale = getattr(context.get("page"), "locale", None)
    code = getattr(locale, "language_code", None) or get_language() or settings.LANGUAGE_CODE
    rtl = code.split("-")[0] in settings.LANGUAGES_BIDI
    return {"code": code, "dir": "rtl" if rtl else "ltr"}


@register.simple_tag(takes_context=True)
def site_block(context: Context, block: StreamValue.StreamChild) -> str:
    """Show a block that a site added, by its template; without one, by its words alone, since
    Wagtail's own rendering would tell the addresses of hidden pages."""
    if block.block.get_template(block.value):
        return block.render(context=context.flatten())
    words = reading_text(block.block, block.value)
    return format_html_join("\n", "<p>{}</p>", ((text,) for text in words if text))


@register.filter
def site_name(site: Site) -> str:
    """What a site is called; not by its front page, which may be hidden."""
    return public_urls.site_name(site)


@register.filter
def shown_tags(issue: Any) -> list[Any]:
    """The tags of an issue that have a page; one of signs alone, such as an emoji, has no slug."""
    return [item.tag for item in issue.tagged_items.all() if item.tag.slug]


@register.filter
def story_anchor(issue: Any, block_id: str | None) -> str:
    """The anchor of a story on the page of its issue; empty for a block that is no story."""
    return issue.story_anchors.get(block_id, "")


@register.inclusion_tag("digest/includes/picture.html", takes_context=True)
def digest_picture(
    context: Context,
    image: AbstractImage | None,
    sizes: str = "100vw",
    eager: bool = False,
    wrapper: str = "",
) -> dict[str, Any]:
    """Show an image in the widths that exist of it; nothing where it may not be shown.

    ``wrapper`` is the class of an element around it, which is not there without the picture.
    """
    data = public_image(context, image)
    if data is None:
        return {"image": None}
    by_format: dict[str, list[dict[str, Any]]] = {}
    for rendition in data["renditions"]:
        by_format.setdefault(rendition["format"], []).append(rendition)
    jpegs = by_format.pop("jpeg")
    return {
        "image": data,
        "sources": [(name, _srcset(renditions)) for name, renditions in by_format.items()],
        "fallback": largest_jpeg(data),
        "fallback_srcset": _srcset(jpegs),
        "sizes": sizes,
        "eager": eager,
        "wrapper": wrapper,
    }


@register.simple_tag(takes_context=True)
def public_image(context: Context, image: AbstractImage | None) -> dict[str, Any] | None:
    """The data of an image, or None where there is none or it may not be shown."""
    if not image:
        return None
    return public_images(
        [image], restricted_collections=_once(context, visibility.restricted_collection_paths)
    ).get(image)


@register.filter
def feed_picture(data: dict[str, Any] | None) -> dict[str, Any] | None:
    """The rendition of an image that feeds show."""
    return largest_jpeg(data) if data else None


def _once(context: Context, ask: Callable[[], Any]) -> Any:
    """What a function says, asked once a request, so that a list costs no more than one."""
    request = context.get("request")
    kept = vars(request).setdefault("_digest_kept", {}) if request else {}
    if ask not in kept:
        kept[ask] = ask()
    return kept[ask]


def _srcset(renditions: list[dict[str, Any]]) -> str:
    return ", ".join(f"{rendition['url']} {rendition['width']}w" for rendition in renditions)


@register.simple_tag(takes_context=True)
def issue_seo(context: Context, issue: Any) -> dict[str, Any]:
    """What the head of an issue's page says; see ``digest.rendering.seo``."""
    return seo.issue_seo(issue, Site.find_for_request(context["request"]))


@register.filter
def json_ld(data: dict[str, Any]) -> SafeString:
    """A script element of JSON-LD that no content can close."""
    text = json.dumps(data, ensure_ascii=False).translate(JSON_ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')


@register.filter
def draft_source(request: HttpRequest | None, position: int) -> str:
    """Where the value of a block of the body is in the field map; empty outside the editor's
    preview panel."""
    return f"/body/{position}/value" if getattr(request, "in_preview_panel", False) else ""


@register.filter
def draft_field_map(issue: Any) -> dict[str, Any]:
    """Where the members of a draft come from, for the editor's preview panel."""
    return field_map(issue)


@register.simple_tag(takes_context=True)
def public_url(context: Context, page: Any) -> str:
    """Where readers find a page, which may be on another host than this request's."""
    return page_url(page, context["request"]) or ""


@register.simple_tag(takes_context=True)
def page_alternates(context: Context, page: Any) -> list[dict[str, str]]:
    """Return the languages that a page is available in, with their URLs."""
    site = Site.find_for_request(context["request"])
    return seo.alternates(page, site) if site else []


@register.simple_tag(takes_context=True)
def tag_url(context: Context, tag: Any, issue: Any) -> str:
    """The page of a tag, in the language of the issue that carries it."""
    active = _once(context, readers_language)
    return tag_path(tag, active and issue.locale.language_code, active)


@register.simple_tag(takes_context=True)
def feed_links(context: Context, digest: Any, tag: Any = None) -> list[dict[str, str]]:
    """The feeds of a digest (none of a hidden one), or of one of its tags: title, label, media
    type and address."""
    site = Site.find_for_request(context["request"])
    if not (digest and site):
        return []
    name = f"{digest.title}: {tag.name}" if tag else digest.title
    return [
        {
            "title": f"{name} ({feed.label})",
            "label": feed.label,
            "type": feed.media_type,
            # The path alone: it leads to the feed on whatever host and port the page is read.
            "url": feed_path(digest, feed, site, tag.slug if tag else ""),
        }
        for feed in FEEDS
    ]
