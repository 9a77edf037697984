"""Serialize native block values, for blocks that customise them and for pages.

``digest.rendering.bodies`` serializes most blocks from stored data, and the rest from here.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import prefetch_related_objects
from wagtail.blocks import (
    Block,
    ListBlock,
    RichTextBlock,
    StreamBlock,
    StreamValue,
    StructBlock,
    URLBlock,
)
from wagtail.documents.models import AbstractDocument
from wagtail.images.blocks import ImageBlock, ImageChooserBlock
from wagtail.images.models import AbstractImage
from wagtail.models import AbstractPage
from wagtail.rich_text import RichText

from digest import visibility
from digest.http.canonical import web_url
from digest.rendering.rich_text import public_html

# Objects that are resolved in bulk for the whole response.
RESOLVED_TYPES = (RichText, AbstractImage, AbstractPage, AbstractDocument)


def api_representation(block: Block, value: Any) -> Any:
    """Return the API form of a native value, with ``RESOLVED_TYPES`` still to be resolved.

    ``get_api_representation`` of a block takes precedence, but rich text in it is resolved as well.
    """
    if isinstance(block, (RichTextBlock, ImageBlock, ImageChooserBlock)):
        return value
    if isinstance(block, URLBlock):
        return web_url(getattr(value, "url", value))  # an EmbedBlock has an object
    if isinstance(block, StreamBlock):
        return [
            {
                "type": child.block_type,
                "id": child.id,
                "value": api_representation(child.block, child.value),
            }
            for child in value
        ]
    if isinstance(block, ListBlock):
        return [api_representation(block.child_block, child) for child in value]
    own = type(block).get_api_representation
    if isinstance(block, StructBlock) and own is StructBlock.get_api_representation:
        return {
            name: api_representation(child, value.get(name))
            for name, child in block.child_blocks.items()
        }
    if isinstance(value, RESOLVED_TYPES) and own is Block.get_api_representation:
        return value
    if isinstance(value, AbstractPage) and not visibility.is_public(value):
        return None
    return _custom_representation(block, value)


def _custom_representation(block: Block, value: Any) -> Any:
    """Return a block's own representation, with stored rich text restored for resolving."""
    texts = {
        form: leaf
        for leaf in _leaves(value)
        if isinstance(leaf, RichText)
        for form in _text_representations(leaf)
    }

    def put_back(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: put_back(item) for key, item in node.items()}
        if isinstance(node, (list, tuple)):
            return [put_back(item) for item in node]
        return texts.get(node, node) if isinstance(node, str) else node

    return put_back(block.get_api_representation(value))


def _text_representations(text: RichText) -> set[str]:
    """Return a text as represented by Wagtail under the site's settings, and its source."""
    return {text.source, RichTextBlock().get_api_representation(text)} - {""}


def _leaves(value: Any) -> Iterator[Any]:
    """Yield all texts, images, pages and documents in a native value, at any depth."""
    if isinstance(value, RESOLVED_TYPES):
        yield value
    elif isinstance(value, StreamValue.StreamChild):
        yield from _leaves(value.value)
    elif isinstance(value, Mapping):
        yield from _leaves(list(value.values()))
    elif isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        for item in value:
            yield from _leaves(item)
    elif hasattr(value, "row_data"):  # a TypedTable
        yield from _leaves(value.row_data)


def prefetch_body(body: StreamValue, base_url: str = "", page_url: str | None = None) -> None:
    """Resolve all texts and images of a body in bulk, with URLs as ``public_html`` makes them.

    The filter ``public_richtext`` uses ``public_html`` of a text; images get their renditions.
    """
    leaves = [leaf for child in body for leaf in _leaves(child.value)]
    texts = [leaf for leaf in leaves if isinstance(leaf, RichText)]
    sources = (text.source for text in texts)
    found = public_html(sources, base_url, [page_url] * len(texts))
    for text, html in zip(texts, found, strict=True):
        text.public_html = html
    images = [leaf for leaf in leaves if isinstance(leaf, AbstractImage)]
    prefetch_related_objects(images, "renditions")
