"""The bodies of issues turned into what leaves the house: the API, the feeds and the pages.

A body is first given its public form (``api_form``), and then every text, image, page and document
in it is resolved at once, so that a response costs the same however many bodies it has.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import swapper
from django.db import DatabaseError
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
from digest.blocks import IssueBodyBlock
from digest.images import alt, public_images
from digest.rich_text import public_html
from digest.slugs import story_anchors

logger = logging.getLogger(__name__)

# What a value holds that only the whole response resolves: each kind in one go.
LEAVES = (RichText, AbstractImage, AbstractPage, AbstractDocument)


def public_bodies(bodies: Iterable[Any], base_url: str = "") -> list[list[dict[str, Any]]]:
    """The API form of several bodies: ``[{"type", "id", "value"}, ...]`` each, texts resolved.

    A body whose stored data is broken is empty: it must not take the others with it.
    """
    bodies = list(bodies)
    _load_together(bodies)
    return resolve([_form_or_nothing(body) for body in bodies], base_url)


def resolve_ahead(body: StreamValue) -> None:
    """Resolve all of a body for its page at once, so that each text and picture asks no more.

    The filter ``public_richtext`` takes ``public_html`` of a text; images have their renditions.
    """
    leaves = list(_leaves(_form_or_nothing(body)))
    resolved = _resolved(leaves, "")
    for leaf in leaves:
        if isinstance(leaf, RichText):
            leaf.public_html = resolved[id(leaf)]


def _load_together(bodies: list[StreamValue]) -> None:
    """Make the blocks of all bodies from their stored data as one: a query for each kind of block
    with an image, and not for each body."""
    if len(bodies) < 2:
        return
    stored = [block for body in bodies for block in body.raw_data]
    try:
        children = iter(list(StreamValue(bodies[0].stream_block, stored, is_lazy=True)))
    except DatabaseError:
        raise
    except Exception:
        return
    for body in bodies:
        for position, child in enumerate(list(islice(children, len(body)))):
            body[position] = child


def _form_or_nothing(body: StreamValue) -> list[dict[str, Any]]:
    try:
        return api_form(body.stream_block, body)
    except DatabaseError:
        raise
    except Exception:
        logger.exception("A body is left out: its stored data is broken")
        return []


def api_form(block: Block, value: Any) -> Any:
    """The public shape of a block's value, with texts, images, pages and documents (``LEAVES``)
    still to be resolved.

    A block that says its own shape (``get_api_representation``) is taken at its word, but for
    rich text, which is resolved there as well.
    """
    if isinstance(block, (RichTextBlock, ImageBlock, ImageChooserBlock)):
        return value
    if isinstance(block, URLBlock):
        return getattr(value, "url", value) or None  # an EmbedBlock has an object
    if isinstance(block, StreamBlock):
        return _stream_form(block, value)
    if isinstance(block, ListBlock):
        return [api_form(block.child_block, child) for child in value]
    own = type(block).get_api_representation
    if isinstance(block, StructBlock) and own is StructBlock.get_api_representation:
        return {
            name: api_form(child, value.get(name)) for name, child in block.child_blocks.items()
        }
    if isinstance(value, LEAVES) and own is Block.get_api_representation:
        return value
    return _own_form(block, value)


def _own_form(block: Block, value: Any) -> Any:
    """The shape a block says itself; stored rich text in it is put back to be resolved."""
    texts = {form: text for text in _rich_texts(value) for form in _stored_forms(text)}

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


def _rich_texts(value: Any) -> Iterator[RichText]:
    """Every rich text in the value of a block, however deep."""
    if isinstance(value, RichText):
        yield value
    elif isinstance(value, StreamValue.StreamChild):
        yield from _rich_texts(value.value)
    elif isinstance(value, Mapping):
        yield from _rich_texts(list(value.values()))
    elif isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        for item in value:
            yield from _rich_texts(item)
    elif hasattr(value, "row_data"):  # a TypedTable
        yield from _rich_texts(value.row_data)


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
    """Replace every leaf inside nested data by what the public may see of it."""
    resolved = _resolved(list(_leaves(data)), base_url)

    def replace(node: Any) -> Any:
        if isinstance(node, LEAVES):
            return resolved.get(id(node))
        if isinstance(node, dict):
            return {key: replace(value) for key, value in node.items()}
        return [replace(item) for item in node] if isinstance(node, (list, tuple)) else node

    return replace(data)


def _resolved(leaves: list[Any], base_url: str) -> dict[int, Any]:
    """What the public may see of each leaf, by its ``id()``: one image may occur twice, with
    other words each time."""
    texts, images, pages, documents = (
        [leaf for leaf in leaves if isinstance(leaf, kind)] for kind in LEAVES
    )
    html = public_html((text.source for text in texts), base_url) if texts else []
    shown = public_images(images, base_url) if images else {}
    return (
        {id(text): found for text, found in zip(texts, html, strict=True)}
        | {id(image): shown[image] | {"alt": alt(image)} for image in images if image in shown}
        | {id(page): page.pk for page in _public_pages(pages)}
        | {id(document): document.pk for document in _public_documents(documents)}
    )


def _public_pages(pages: list[AbstractPage]) -> list[AbstractPage]:
    if not pages:
        return []
    page_model = swapper.load_model("wagtailcore", "Page")
    chosen = page_model.objects.filter(pk__in={page.pk for page in pages})
    public = set(visibility.public(chosen).values_list("pk", flat=True))
    return [page for page in pages if page.pk in public]


def _public_documents(documents: list[AbstractDocument]) -> list[AbstractDocument]:
    return visibility.in_public_collections(documents) if documents else []


def _leaves(node: Any) -> Iterator[Any]:
    if isinstance(node, LEAVES):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from _leaves(value)
    elif isinstance(node, (list, tuple)):
        for item in node:
            yield from _leaves(item)
