"""Rich text turned into what leaves the house: the API, the feeds and the pages.

References inside rich text are resolved for an anonymous reader: a link to a page or document that
is not public keeps its text and loses its address. Everything is sanitised on the way out as well,
since a body written by code never met the editor. One call asks the database once for each kind of
thing, however many texts it is given.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urljoin

import nh3
import swapper
from django.utils.html import escape, format_html
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.rich_text.rewriters import EmbedRewriter, LinkRewriter

from digest import visibility
from digest.images import largest_jpeg, public_images

_INLINE_TAGS = {"a", "b", "br", "code", "del", "em", "i", "img", "s", "strong", "sub", "sup"}
_BLOCK_TAGS = {"blockquote", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "ul"}
ALLOWED_TAGS = _INLINE_TAGS | _BLOCK_TAGS
ALLOWED_ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt", "width", "height"}}
ALLOWED_SCHEMES = {"http", "https", "mailto", "tel"}
# No database knows an id of more digits; SQLite fails on it.
LONGEST_ID = 18
# Cannot occur in stored text: PostgreSQL refuses it and the editor strips it.
BETWEEN_TEXTS = "\0"
REWRITTEN = re.compile(r"<(?:a|embed)\b")


def public_html(sources: Iterable[str], base_url: str = "") -> list[str]:
    """Turn stored rich texts into HTML as the public may see it.

    ``base_url`` is the root of the site ("https://example.com"), for readers elsewhere; without it
    addresses stay as the site's own pages use them.
    """
    joined = BETWEEN_TEXTS.join(_closed(str(source)) for source in sources)
    if "<a" in joined or "<embed" in joined:
        for rewrite in _rewriters(base_url):
            joined = rewrite(joined)
    return [_sanitise(text) for text in joined.split(BETWEEN_TEXTS)]


def _closed(source: str) -> str:
    """The text without a tag left open at its end, which would take in the next text's start."""
    source = source.replace(BETWEEN_TEXTS, "")
    end = source.rfind(">") + 1
    return source[:end] + REWRITTEN.split(source[end:], maxsplit=1)[0]


def _sanitise(html: str) -> str:
    return nh3.clean(
        html,
        tags=ALLOWED_TAGS,
        attributes=ALLOWED_ATTRIBUTES,
        url_schemes=ALLOWED_SCHEMES,
        link_rel=None,
    )


def _rewriters(base_url: str) -> list[Callable[[str], str]]:
    """Wagtail's own rewriters, with rules that know an anonymous reader and resolve in bulk."""
    links = {"page": _page_links, "document": _document_links}
    embeds = {"image": _embedded_images, "media": _embedded_media}
    return [
        LinkRewriter(bulk_rules={name: _with(rule, base_url) for name, rule in links.items()}),
        EmbedRewriter(bulk_rules={name: _with(rule, base_url) for name, rule in embeds.items()}),
    ]


def _with(rule: Callable, base_url: str) -> Callable[[list[dict]], list[str]]:
    return lambda attrs_list: rule(attrs_list, base_url)


def _ids(attrs_list: list[dict]) -> set[int]:
    ids = (attrs.get("id", "") for attrs in attrs_list)
    return {int(pk) for pk in ids if pk.isdecimal() and len(pk) <= LONGEST_ID}


def _opening_tags(attrs_list: list[dict], urls: dict[str, str | None]) -> list[str]:
    found = (urls.get(attrs.get("id", "")) for attrs in attrs_list)
    return [f'<a href="{escape(url)}">' if url else "<a>" for url in found]


def _page_links(attrs_list: list[dict], base_url: str) -> list[str]:
    page_model = swapper.load_model("wagtailcore", "Page")
    pages = visibility.public(page_model.objects.filter(pk__in=_ids(attrs_list)))
    return _opening_tags(
        attrs_list,
        {
            str(page.pk): page.full_url if base_url else page.url
            for page in pages.specific(defer=True)
        },
    )


def _document_links(attrs_list: list[dict], base_url: str) -> list[str]:
    documents = get_document_model().objects.filter(pk__in=_ids(attrs_list))
    shown = visibility.in_public_collections(documents)
    return _opening_tags(attrs_list, {str(d.pk): urljoin(base_url, d.url) for d in shown})


def _embedded_images(attrs_list: list[dict], base_url: str) -> list[str]:
    images = get_image_model().objects.filter(pk__in=_ids(attrs_list))
    data = {str(image.pk): value for image, value in public_images(images, base_url).items()}
    shown = (data.get(attrs.get("id", "")) for attrs in attrs_list)
    return [
        _img(largest_jpeg(found), attrs.get("alt", "")) if found else ""
        for attrs, found in zip(attrs_list, shown, strict=True)
    ]


def _img(rendition: dict[str, Any], alt: str) -> str:
    return format_html(
        '<img src="{url}" width="{width}" height="{height}" alt="{alt}">', **rendition, alt=alt
    )


def _embedded_media(attrs_list: list[dict], base_url: str) -> list[str]:
    # A link, not the provider's player: reading must never make a request to a third party.
    urls = (escape(attrs.get("url", "")) for attrs in attrs_list)
    return [f'<p><a href="{url}">{url}</a></p>' if url else "" for url in urls]
