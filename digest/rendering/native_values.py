"""The public shape of native block values: for blocks that show themselves, and for the pages.

``digest.rendering.bodies`` writes most blocks from their stored data and asks here about the rest.
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
from digest.rendering.rich_text import public_html

# What a value holds that only the whole response resolves.
LEAVES = (RichText, AbstractImage, AbstractPage, AbstractDocument)


def api_form(block: Block, value: Any) -> Any:
    """The public shape of a block's native value, with texts, images, pages and documents
    (``LEAVES``) still to be resolved.

    A block that says its own shape (``get_api_representation``) is taken at its word, but for
    rich text, which is resolved there as well.
    """
    if isinstance(block, (RichTextBlock, ImageBlock, ImageChooserBlock)):
        return value
    if isinstance(block, URLBlock):
        return getattr(value, "url", value) or None  # an EmbedBlock has an object
    if isinstance(block, StreamBlock):
        return [
            {"type": child.block_type, "id": child.id, "value": api_form(child.block, child.value)}
            for child in value
        ]
    if isinstance(block, ListBlock):
        return [api_form(block.child_block, child) for child in value]
    own = type(block).get_api_representation
    if isinstance(block, StructBlock) and own is StructBlock.get_api_representation:
        return {
            name: api_form(child, value.get(name)) for name, child in block.child_blocks.items()
        }
    if isinstance(value, LEAVES) and own is Block.get_api_representation:
        return value
    if isinstance(value, AbstractPage) and not visibility.is_public(value):
        return None
    return _own_form(block, value)


def _own_form(block: Block, value: Any) -> Any:
    """The shape a block says itself; stored rich text in it is put back to be resolved."""
    texts = {
        form: leaf
        for leaf in _leaves(value)
        if isinstance(leaf, RichText)
        for form in _stored_forms(leaf)
    }

    def put_back(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: put_back(item) for key, item in node.items()}
        if isinstance(node, (list, tuple)):
            return [put_back(item) for item in node]
        return texts.get(node, node) if isinstance(node, str) else node

    return put_back(block.get_api_representation(value))


def _stored_forms(text: RichText) -> set[str]:
    """How Wagtail's own representation writes a text, by the site's settings, and its source."""
    return {text.source, RichTextBlock().get_api_representation(text)} - {""}


def _leaves(value: Any) -> Iterator[Any]:
    """Every text, image, page and document in the native value of a block, however deep."""
    if isinstance(value, LEAVES):
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


def resolve_ahead(body: StreamValue) -> None:
    """Look up at once what all texts and images of a body need, so that none asks for itself.

    The filter ``public_richtext`` takes ``public_html`` of a text; images have their renditions.
    """
    leaves = [leaf for child in body for leaf in _leaves(child.value)]
    texts = [leaf for leaf in leaves if isinstance(leaf, RichText)]
    for text, html in zip(texts, public_html(text.source for text in texts), strict=True):
        text.public_html = html
    images = [leaf for leaf in leaves if isinstance(leaf, AbstractImage)]
    prefetch_related_objects(images, "renditions")
