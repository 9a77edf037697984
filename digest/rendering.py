"""Rich text and images turned into what leaves the house: the API, the feeds and the pages.

References inside rich text are resolved for an anonymous reader: a link to a page or document that
is not public keeps its text and loses its address. Everything is sanitised on the way out as well,
since a body written by code never met the editor. One call asks the database once for each kind of
thing, however many texts it is given.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urljoin

import nh3
import swapper
from django.db.models import prefetch_related_objects
from django.utils.html import escape, format_html
from wagtail.blocks import Block, ListBlock, RichTextBlock, StreamBlock, StructBlock, URLBlock
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.images.blocks import ImageBlock, ImageChooserBlock
from wagtail.images.models import AbstractImage
from wagtail.rich_text import RichText
from wagtail.rich_text.rewriters import EmbedRewriter, LinkRewriter

from digest import visibility
from digest.blocks import IssueBodyBlock, story_anchors
from digest.conf import conf

_INLINE_TAGS = {"a", "b", "br", "code", "del", "em", "i", "img", "s", "strong", "sub", "sup"}
_BLOCK_TAGS = {"blockquote", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "ul"}
ALLOWED_TAGS = _INLINE_TAGS | _BLOCK_TAGS
ALLOWED_ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt", "width", "height"}}
ALLOWED_SCHEMES = {"http", "https", "mailto", "tel"}
FORMATS = ("webp", "jpeg")
# Cannot occur in stored text: PostgreSQL refuses it and the editor strips it.
BETWEEN_TEXTS = "\0"


def public_html(sources: Iterable[str], base_url: str = "") -> list[str]:
    """Turn stored rich texts into HTML as the public may see it.

    ``base_url`` is the root of the site ("https://example.com"), for readers elsewhere; without it
    addresses stay as the site's own pages use them.
    """
    joined = BETWEEN_TEXTS.join(source.replace(BETWEEN_TEXTS, "") for source in sources)
    if "<a" in joined or "<embed" in joined:
        for rewrite in _rewriters(base_url):
            joined = rewrite(joined)
    return [_sanitise(text) for text in joined.split(BETWEEN_TEXTS)]


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
    return {int(attrs["id"]) for attrs in attrs_list if attrs.get("id", "").isdecimal()}


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
        _img(found["renditions"][-1], attrs.get("alt", "")) if found else ""
        for attrs, found in zip(attrs_list, shown, strict=True)
    ]


def _img(rendition: dict[str, Any], alt: str) -> str:
    return format_html(
        '<img src="{url}" width="{width}" height="{height}" alt="{alt}">', **rendition, alt=alt
    )


def _embedded_media(attrs_list: list[dict], base_url: str) -> list[str]:
    # A link, not the provider's player: reading must never make a request to a third party.
    return [f'<p><a href="{url}">{url}</a></p>' for url in (escape(a["url"]) for a in attrs_list)]


def rendition_specs() -> list[str]:
    """The renditions that exist of every image; no request can ask for others."""
    return [f"width-{width}|format-{form}" for form in FORMATS for width in conf.IMAGE_WIDTHS]


def public_images(
    images: Iterable[AbstractImage],
    base_url: str = "",
    closed_collections: tuple[str, ...] | None = None,
) -> dict[AbstractImage, dict[str, Any]]:
    """Map each image that may be shown to its data; one of a private collection is left out.

    The data: ``alt``, ``width``, ``height``, ``focal_point`` (fractions of width and height, or
    None), ``renditions`` (url, width, height, format). ``closed_collections`` is what
    ``visibility.closed_collection_paths`` returned, where that was asked before.
    """
    shown = visibility.in_public_collections(images, closed_collections)
    prefetch_related_objects(shown, "renditions")
    return {image: image_data(image, base_url) for image in shown}


def image_data(image: AbstractImage, base_url: str = "") -> dict[str, Any]:
    """The data of one image; see ``public_images``, which also asks whether it may be shown."""
    renditions = [
        {
            "url": urljoin(base_url, rendition.url),
            "width": rendition.width,
            "height": rendition.height,
            "format": _format(rendition),
        }
        for rendition in image.get_renditions(*rendition_specs()).values()
    ]
    return {
        "alt": _alt(image),
        "width": image.width,
        "height": image.height,
        "focal_point": _focal_point(image),
        # A small picture is not scaled up, so that several widths give the same one.
        "renditions": list({(r["format"], r["width"]): r for r in renditions}.values()),
    }


def _format(rendition: Any) -> str:
    extension = rendition.file.name.rpartition(".")[2].lower()
    return "jpeg" if extension == "jpg" else extension


def _alt(image: AbstractImage) -> str:
    """The words chosen where the image is used; else what the library says of it."""
    if getattr(image, "decorative", False):
        return ""
    return getattr(image, "contextual_alt_text", None) or image.default_alt_text


def _focal_point(image: AbstractImage) -> dict[str, float] | None:
    if not image.has_focal_point():
        return None
    return {
        "x": round(image.focal_point_x / image.width, 4),
        "y": round(image.focal_point_y / image.height, 4),
    }


def public_bodies(bodies: Iterable[Any], base_url: str = "") -> list[list[dict[str, Any]]]:
    """The API form of several bodies: ``[{"type", "id", "value"}, ...]`` each, texts resolved."""
    return resolve([api_form(body.stream_block, body) for body in bodies], base_url)


def api_form(block: Block, value: Any) -> Any:
    """The public shape of a block's value, with RichText and images still to be resolved.

    A block that says its own shape (``get_api_representation``) is taken at its word.
    """
    if isinstance(block, (RichTextBlock, ImageBlock, ImageChooserBlock)):
        return value
    if isinstance(block, URLBlock):
        return value or None
    if isinstance(block, StreamBlock):
        return _stream_form(block, value)
    if isinstance(block, ListBlock):
        return [api_form(block.child_block, child) for child in value]
    if _is_plain_struct(block):
        return {
            name: api_form(child, value.get(name)) for name, child in block.child_blocks.items()
        }
    return block.get_api_representation(value)


def _is_plain_struct(block: Block) -> bool:
    own = type(block).get_api_representation
    return isinstance(block, StructBlock) and own is StructBlock.get_api_representation


def _stream_form(block: StreamBlock, value: Any) -> list[dict[str, Any]]:
    form = [
        {"type": child.block_type, "id": child.id, "value": api_form(child.block, child.value)}
        for child in value
    ]
    if isinstance(block, IssueBodyBlock):
        anchors = story_anchors(value)
        for child in form:
            if child["id"] in anchors:
                child["value"] = {"anchor": anchors[child["id"]], **child["value"]}
    return form


def resolve(data: Any, base_url: str = "") -> Any:
    """Replace every RichText and image inside nested data by what the public may see of it."""
    leaves = list(_leaves(data))
    texts = list({leaf.source for leaf in leaves if isinstance(leaf, RichText)})
    html = dict(zip(texts, public_html(texts, base_url), strict=True)) if texts else {}
    images = public_images((leaf for leaf in leaves if isinstance(leaf, AbstractImage)), base_url)

    def replace(node: Any) -> Any:
        if isinstance(node, RichText):
            return html[node.source]
        if isinstance(node, AbstractImage):
            return images.get(node)
        if isinstance(node, dict):
            return {key: replace(value) for key, value in node.items()}
        return [replace(item) for item in node] if isinstance(node, (list, tuple)) else node

    return replace(data)


def _leaves(node: Any) -> Iterator[RichText | AbstractImage]:
    if isinstance(node, (RichText, AbstractImage)):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from _leaves(value)
    elif isinstance(node, (list, tuple)):
        for item in node:
            yield from _leaves(item)
