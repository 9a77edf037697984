"""Template tags of public pages."""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from wagtail.blocks import StreamValue
from wagtail.images.models import AbstractImage
from wagtail.models import Site
from wagtail.rich_text import RichText

from digest import visibility
from digest.blocks import reading_text
from digest.feeds.views import FEEDS, feed_path, site_feed_path
from digest.http.canonical import web_url
from digest.pages import public_urls
from digest.pages.provenance import disclosure_lines
from digest.pages.public_urls import page_url, requested_locale
from digest.pages.views import readers_language, tag_path, with_language
from digest.previews.field_map import field_map
from digest.registry import Slot, registry
from digest.rendering import json_ld as structured_data
from digest.rendering import seo
from digest.rendering.images import largest_jpeg, public_images
from digest.rendering.native_values import prefetch_body
from digest.rendering.rich_text import public_html

register = template.Library()

# Characters that could end the element or begin another.
JSON_ESCAPES = {ord(character): f"\\u{ord(character):04X}" for character in "<>&"}

# Elements of rich text with a mark at their start, and first those whose attributes may hold one.
MARKED_ELEMENTS = re.compile(r'<(?:a|img) (?:"[^"]*"|[^">])*>|<(ul|ol|blockquote)>')


@register.filter
def public_richtext(value: RichText | str | None) -> SafeString:
    """Render rich text for an anonymous reader; links to hidden pages lose their href.

    Lists and quotations get the direction of their text, which decides where their marks are.
    """
    html = getattr(value, "public_html", None)
    if html is None:
        source = value.source if isinstance(value, RichText) else value or ""
        [html] = public_html([source])
    return mark_safe(MARKED_ELEMENTS.sub(_with_direction, html))


def _with_direction(tag: re.Match) -> str:
    return f'<{tag[1]} dir="auto">' if tag[1] else tag[0]


# Returns the URL, or None if it is not an absolute http(s) URL.
register.filter("web_url", web_url)


# The lines of HTML that tell readers of AI; none for most issues.
register.filter("disclosure_lines", disclosure_lines)


@register.simple_tag
def resolve_body(body: StreamValue) -> str:
    """Prefetch what the texts and images of a body need, which else query one by one."""
    prefetch_body(body)
    return ""


@register.simple_tag(takes_context=True)
def page_language(context: Context) -> dict[str, str]:
    """Return ``code`` and ``dir`` of the page's language, or of the request's without a page."""
    locale = getattr(context.get("page"), "locale", None)
    code = getattr(locale, "language_code", None) or get_language() or settings.LANGUAGE_CODE
    rtl = code.split("-")[0] in settings.LANGUAGES_BIDI
    return {"code": code, "dir": "rtl" if rtl else "ltr"}


@register.simple_tag(takes_context=True)
def site_block(context: Context, block: StreamValue.StreamChild) -> str:
    """Render a block that a site added by its template, or else its text in paragraphs."""
    # Wagtail's default rendering would show the URLs of hidden pages.
    if block.block.get_template(block.value):
        return block.render(context=context.flatten())
    texts = reading_text(block.block, block.value)
    return format_html_join("\n", '<p dir="auto">{}</p>', ((text,) for text in texts if text))


@register.simple_tag(takes_context=True)
def slot(context: Context, name: str) -> SafeString:
    """Render what apps have added to a slot of this page in ``registry.slots``."""
    rendered = (_render_slot(context, added) for added in registry.slots.get(name, ()))
    return mark_safe("".join(rendered))


def _render_slot(context: Context, added: Slot) -> str:
    variables = import_string(added.get_context)(context.get("page"), context.get("request"))
    if variables is None:
        return ""
    # No variable of the page, and none of the context processors, which have the visitor.
    template = context.template.engine.get_template(added.template)
    return template.render(context.new(variables))


@register.filter
def site_name(site: Site) -> str:
    # Not the title of its root page, which may be hidden.
    return public_urls.site_name(site)


@register.filter
def shown_tags(issue: Any) -> list[Any]:
    """Return the tags of an issue that have a page."""
    # A tag without letters or digits, such as an emoji, has no slug.
    return [item.tag for item in issue.tagged_items.all() if item.tag.slug]


@register.filter
def story_anchor(issue: Any, block_id: str | None) -> str:
    """Return the anchor of a story on the page of its issue; empty for any other block."""
    return issue.story_anchors.get(block_id, "")


@register.inclusion_tag("digest/includes/picture.html", takes_context=True)
def digest_picture(
    context: Context,
    image: AbstractImage | None,
    sizes: str = "100vw",
    eager: bool = False,
    wrapper: str = "",
) -> dict[str, Any]:
    """Render the public renditions of an image as a ``<picture>``, or nothing if it has none.

    ``wrapper`` is the class of a ``<div>`` around it.
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
    """Return the data of an image, or None if there is none or it is not public."""
    if not image:
        return None
    restricted = _once(context, visibility.restricted_collection_paths)
    return public_images([image], restricted_collections=restricted).get(image)


@register.filter
def feed_rendition(data: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the rendition of an image that feeds show."""
    return largest_jpeg(data) if data else None


def _once(context: Context, function: Callable[..., Any], *args: Any) -> Any:
    """Call a function once per request, and return its memoised result after that."""
    request = context.get("request")
    results = vars(request).setdefault("_digest_results", {}) if request else {}
    key = (function, *map(id, args))  # an unsaved page has no hash
    if key not in results:
        results[key] = function(*args), args  # which keep their ids while they exist
    return results[key][0]


def _srcset(renditions: list[dict[str, Any]]) -> str:
    return ", ".join(f"{rendition['url']} {rendition['width']}w" for rendition in renditions)


@register.simple_tag(takes_context=True)
def issue_seo(context: Context, issue: Any) -> dict[str, Any]:
    """Return the metadata for the head of an issue's page; see ``digest.rendering.seo``."""
    return _once(context, seo.issue_seo, issue, Site.find_for_request(context["request"]))


@register.simple_tag(takes_context=True)
def digest_json_ld(context: Context, digest: Any) -> SafeString:
    """Return the JSON-LD of a digest's page; nothing for the host of no site."""
    site, image = Site.find_for_request(context["request"]), public_image(context, digest.image)
    if not site:
        return ""
    url = urljoin(site.root_url, largest_jpeg(image)["url"]) if image else None
    return json_ld(structured_data.collection_page(digest, site, url))


@register.simple_tag(takes_context=True)
def issue_breadcrumbs(context: Context, issue: Any) -> SafeString:
    """Return the JSON-LD of the way to an issue; nothing for the host of no site."""
    site = Site.find_for_request(context["request"])
    steps = site and structured_data.breadcrumbs(site, issue.digest, issue)
    return json_ld(structured_data.CONTEXT | steps) if steps else ""


@register.simple_tag(takes_context=True)
def website_json_ld(context: Context, page: Any, search_path: str) -> SafeString:
    """Return the JSON-LD of a site's front page, with its search page."""
    site = Site.find_for_request(context["request"])
    language = page.locale.language_code
    return json_ld(structured_data.website(site, language, search_path)) if site else ""


@register.filter
def json_ld(data: dict[str, Any]) -> SafeString:
    """Return a script element of JSON-LD, escaped so that its content cannot close it."""
    text = json.dumps(data, ensure_ascii=False).translate(JSON_ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')


@register.filter
def draft_source(request: HttpRequest | None, position: int) -> str:
    """Return the path of a body block's value in the field map, in the preview panel only."""
    return f"/body/{position}/value" if getattr(request, "in_preview_panel", False) else ""


@register.filter
def draft_field_map(issue: Any) -> dict[str, Any]:
    return field_map(issue)


@register.simple_tag(takes_context=True)
def public_url(context: Context, page: Any) -> str:
    """Return the URL of a page for readers, whose host may differ from the request's."""
    return page_url(page, context["request"]) or ""


@register.simple_tag(takes_context=True)
def page_alternates(context: Context, page: Any) -> list[dict[str, str]]:
    """Return the languages that a page is available in, with their URLs."""
    site = Site.find_for_request(context["request"])
    return seo.alternates(page, site) if site else []


@register.simple_tag(takes_context=True)
def tag_url(context: Context, tag: Any, issue: Any) -> str:
    """Return the path of a tag's page in the language of the issue."""
    active = _once(context, readers_language)
    return tag_path(tag, active and issue.locale.language_code, active)


@register.simple_tag(takes_context=True)
def feed_links(context: Context, digest: Any, tag: Any = None) -> list[dict[str, str]]:
    """Return ``title``, ``label``, ``type`` and ``url`` of each feed of a public digest, or of one
    of its tags."""
    site = Site.find_for_request(context["request"])
    if not (digest and site):
        return []
    name = f"{digest.title}: {tag.name}" if tag else digest.title
    return [
        {
            "title": f"{name} ({feed.label})",
            "label": feed.label,
            "type": feed.media_type,
            # A path only, so that it works on any host and port.
            "url": feed_path(digest, feed, site, tag.slug if tag else ""),
        }
        for feed in FEEDS
    ]


@register.simple_tag(takes_context=True)
def site_feed_links(context: Context) -> list[dict[str, str]]:
    """Return ``title``, ``label``, ``type`` and ``url`` of each feed of all digests of the site."""
    site = Site.find_for_request(context["request"])
    if not site:
        return []
    name, code = public_urls.site_name(site), _language_of_lists(context)
    return [
        {
            "title": f"{name} ({feed.label})",
            "label": feed.label,
            "type": feed.media_type,
            "url": site_feed_path(feed, site, code),
        }
        for feed in FEEDS
    ]


@register.simple_tag(takes_context=True)
def list_path(context: Context, name: str) -> str:
    """Return the path of the list of feeds or of tags in the language of the page."""
    language = _language_of_lists(context)
    # Named unless it is that of the front page, since the page may be in another one by its path.
    site = language and Site.find_for_request(context["request"])
    default = site.root_page.locale.language_code if site else ""
    return with_language(reverse(name), language, default)


def _language_of_lists(context: Context) -> str:
    active = _once(context, readers_language)
    if not active:  # The site has no translations.
        return ""
    locale = getattr(context.get("page"), "locale", None)
    return locale.language_code if locale else requested_locale(context["request"]) or active
