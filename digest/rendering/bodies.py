"""Serialize the bodies of issues for public output: the API, feeds and pages.

Bodies are serialized from their stored data, since building Wagtail's native values of every block
is several times as expensive. Texts, images, pages and documents are collected on the way and
resolved in bulk, so that the number of queries does not grow with the number of bodies. Blocks
whose class customises how values are read or represented are serialized from native values.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import zip_longest
from typing import Any, NamedTuple

from django.db import DatabaseError
from wagtail import blocks
from wagtail.blocks import Block
from wagtail.documents.models import AbstractDocument
from wagtail.images import get_image_model
from wagtail.images.blocks import ImageBlock, ImageChooserBlock
from wagtail.images.models import AbstractImage
from wagtail.models import AbstractPage
from wagtail.rich_text import RichText

from digest import visibility
from digest.blocks import IssueBodyBlock, StoryImageBlock
from digest.blocks.anchors import anchors
from digest.blocks.safe_values import read_id
from digest.conf import get_base_page_model
from digest.http.canonical import web_url
from digest.rendering.images import image_alt, public_images_by_id
from digest.rendering.native_values import api_representation
from digest.rendering.rich_text import public_html, references

logger = logging.getLogger(__name__)


class PendingValue(NamedTuple):
    """A place in the response to be filled with an object, by id, or a text, by source.

    ``alt`` overrides the alt text of the image library; relative links of a text are resolved
    against ``page_url``.
    """

    into: Any
    key: Any
    ref: Any
    alt: str | None = None
    page_url: str | None = None


def public_bodies(
    bodies: Iterable[Any], base_url: str = "", page_urls: Iterable[str | None] = ()
) -> list[list[dict[str, Any]]]:
    """Return the API form of several bodies: ``[{"type", "id", "value"}, ...]`` each.

    ``page_urls`` are the URLs of their pages, for relative links. A body with broken stored data is
    empty, so that the others are not affected.
    """
    rendering = Rendering(base_url)
    forms = [rendering.body(body, url) for body, url in zip_longest(bodies, page_urls)]
    rendering.resolve()
    return forms


class Rendering:
    """Serializes stored blocks for one response, and resolves their references in bulk.

    ``text`` converts the public HTML of rich texts to another format.
    """

    def __init__(self, base_url: str = "", text: Callable[[str], str] | None = None) -> None:
        self.base_url, self.text = base_url, text
        self.page_url: str | None = None
        self.texts: list[PendingValue] = []
        self.images: list[PendingValue] = []
        self.chosen: dict[type, list[PendingValue]] = defaultdict(list)

    def body(self, body: blocks.StreamValue, page_url: str | None = None) -> list[dict[str, Any]]:
        """Return the form of a body, complete after ``resolve``; empty if it is broken."""
        return self.value(body.stream_block, body.raw_data, page_url) or []

    def value(self, block: Block, stored: Any, page_url: str | None = None) -> Any:
        """Return the form of a stored value, complete after ``resolve``; None if it is broken.

        ``page_url`` is the URL of the page it is on, for relative links.
        """
        holder: dict[str, Any] = {}
        self.page_url = page_url
        try:
            self.put(block, stored, holder, "value")
        except DatabaseError:
            raise
        except Exception:
            logger.exception("A body or a block is left out: its stored data is broken")
            return None
        return holder["value"]

    def put(self, block: Block, stored: Any, into: Any, key: Any) -> None:
        """Write the form of a stored value to ``into[key]``."""
        writer_for(type(block))(self, block, stored, into, key)

    def references(self) -> Iterator[tuple[str, Any]]:
        """Yield what the values refer to, public or not: the label of a model and an id, of any
        page that of the base page model."""
        for text in self.texts:
            yield from references(str(text.ref))
        for image in self.images:
            yield get_image_model()._meta.label_lower, image.ref
        for model, chosen in self.chosen.items():
            kind = get_base_page_model() if issubclass(model, AbstractPage) else model
            yield from ((kind._meta.label_lower, value.ref) for value in chosen)

    def resolve(self, images: Iterable[int] = ()) -> None:
        """Fill in all pending texts, images, pages, documents and other chosen objects.

        Then ``shown_images`` has the data of these images and of ``images``, which are more ids.
        """
        page_urls = (text.page_url for text in self.texts)
        html = public_html((text.ref for text in self.texts), self.base_url, page_urls)
        for text, found in zip(self.texts, html, strict=True):
            text.into[text.key] = self.text(found) if self.text else found
        ids = {*images, *(image.ref for image in self.images)}
        self.shown_images = public_images_by_id(ids, self.base_url)
        for image in self.images:
            shown = self.shown_images.get(image.ref)
            image.into[image.key] = _with_alt(shown, image.alt)
        for model, values in self.chosen.items():
            shown_ids = _public_ids(model, {value.ref for value in values})
            for chosen in values:
                chosen.into[chosen.key] = chosen.ref if chosen.ref in shown_ids else None


def _with_alt(image: dict[str, Any] | None, alt_text: str | None) -> dict[str, Any] | None:
    return image | {"alt": alt_text} if image and alt_text is not None else image


def _public_ids(model: Any, ids: set[int]) -> set[int]:
    """Return the ids of public objects; snippets are public as soon as they are used."""
    objects = model._default_manager.filter(pk__in=ids)
    if issubclass(model, AbstractPage):
        objects = visibility.public(objects).only("expire_at")
        visibility.note_expiry(objects)
        return {page.pk for page in objects}
    if issubclass(model, AbstractDocument):
        return {document.pk for document in visibility.in_public_collections(objects)}
    return set(objects.values_list("pk", flat=True))


# Writers by block class. A writer also serves subclasses that do not customise their values.

Writer = Callable[[Rendering, Any, Any, Any, Any], None]


def _write_struct(
    out: Rendering, block: blocks.StructBlock, stored: Any, into: Any, key: Any
) -> None:
    into[key] = value = {}
    for name, child in block.child_blocks.items():
        if name in stored:
            out.put(child, stored[name], value, name)
        else:
            _write_native(out, child, child.get_default(), value, name)


def _write_stream(
    out: Rendering, block: blocks.StreamBlock, stored: Any, into: Any, key: Any
) -> None:
    into[key] = form = []
    for raw in stored or []:
        if raw["type"] in block.child_blocks:
            block_id = raw.get("id") if isinstance(raw.get("id"), str) else None
            child = {"type": raw["type"], "id": block_id, "value": None}
            out.put(block.child_blocks[raw["type"]], raw["value"], child, "value")
            form.append(child)


def _write_issue_body(out: Rendering, block: Any, stored: Any, into: Any, key: Any) -> None:
    _write_stream(out, block, stored, into, key)
    stories = [child for child in into[key] if child["type"] == "story_section"]
    found = anchors((child["id"], child["value"].get("heading") or "") for child in stories)
    for child in stories:
        value = dict(child["value"])
        child["value"].clear()  # keep this dict: pending values are written into it
        child["value"].update({"anchor": found[child["id"]], **value})


def _write_list(out: Rendering, block: blocks.ListBlock, stored: Any, into: Any, key: Any) -> None:
    into[key] = items = []
    for item in stored or []:
        items.append(None)
        value = item["value"] if _is_list_item(item) else item
        out.put(block.child_block, value, items, len(items) - 1)


def _is_list_item(item: Any) -> bool:
    """Return whether a list item is stored with its id (since Wagtail 2.16)."""
    return isinstance(item, dict) and item.get("type") == "item" and {"id", "value"} <= item.keys()


def _write_text(out: Rendering, block: Block, stored: Any, into: Any, key: Any) -> None:
    into[key] = ""
    if stored:
        out.texts.append(PendingValue(into, key, stored, page_url=out.page_url))


def _write_image(out: Rendering, block: Block, stored: Any, into: Any, key: Any) -> None:
    into[key] = None
    if isinstance(stored, dict):  # an ImageBlock has its own alt text
        alt_text = "" if stored.get("decorative") else stored.get("alt_text") or None
        stored = stored.get("image")
    else:
        alt_text = None
    if (pk := read_id(get_image_model(), stored)) is not None:
        out.images.append(PendingValue(into, key, pk, alt_text))


def _write_chosen(out: Rendering, block: Any, stored: Any, into: Any, key: Any) -> None:
    into[key] = None
    if (pk := read_id(block.model_class, stored)) is not None:
        out.chosen[block.model_class].append(PendingValue(into, key, pk))


def _write_stored(out: Rendering, block: Block, stored: Any, into: Any, key: Any) -> None:
    into[key] = stored


def _write_lines(out: Rendering, block: Block, stored: Any, into: Any, key: Any) -> None:
    # Browsers submit form fields with CRLF.
    into[key] = stored.replace("\r\n", "\n") if isinstance(stored, str) else stored


def _write_url(out: Rendering, block: Block, stored: Any, into: Any, key: Any) -> None:
    into[key] = web_url(stored)


def _write_day(out: Rendering, block: Block, stored: Any, into: Any, key: Any) -> None:
    day = block.to_python(stored) if stored else None
    into[key] = day.isoformat() if day else None


def _write_custom(out: Rendering, block: Block, stored: Any, into: Any, key: Any) -> None:
    _write_native(out, block, block.to_python(stored), into, key)


def _write_native(out: Rendering, block: Block, value: Any, into: Any, key: Any) -> None:
    _write_representation(out, api_representation(block, value), into, key)


def _write_representation(out: Rendering, form: Any, into: Any, key: Any) -> None:
    """Write the result of ``api_representation``, collecting its native objects."""
    into[key] = None
    if isinstance(form, dict):
        into[key] = {}
        for name, child in form.items():
            _write_representation(out, child, into[key], name)
    elif isinstance(form, (list, tuple)):
        into[key] = [None] * len(form)
        for position, child in enumerate(form):
            _write_representation(out, child, into[key], position)
    elif isinstance(form, RichText):
        _write_text(out, None, form.source, into, key)
    elif isinstance(form, AbstractImage):
        out.images.append(PendingValue(into, key, form.pk, image_alt(form)))
    elif isinstance(form, (AbstractPage, AbstractDocument)):
        out.chosen[type(form)].append(PendingValue(into, key, form.pk))
    else:
        into[key] = form


WRITERS: list[tuple[type[Block], Writer]] = [
    (IssueBodyBlock, _write_issue_body),
    (blocks.StreamBlock, _write_stream),
    (StoryImageBlock, _write_image),
    (ImageBlock, _write_image),
    (ImageChooserBlock, _write_image),
    (blocks.StructBlock, _write_struct),
    (blocks.ListBlock, _write_list),
    (blocks.RichTextBlock, _write_text),
    (blocks.ChooserBlock, _write_chosen),
    (blocks.URLBlock, _write_url),
    (blocks.DateBlock, _write_day),
    (blocks.CharBlock, _write_stored),
    (blocks.TextBlock, _write_lines),
    (blocks.RegexBlock, _write_stored),
    (blocks.EmailBlock, _write_stored),
    (blocks.IntegerBlock, _write_stored),
    (blocks.FloatBlock, _write_stored),
    (blocks.BooleanBlock, _write_stored),
]
VALUE_METHODS = ("to_python", "bulk_to_python", "get_prep_value", "get_api_representation")


@cache
def writer_for(kind: type[Block]) -> Writer:
    """Return the writer for a block class, ``_write_custom`` if it customises its values."""
    for base, write in WRITERS:
        if issubclass(kind, base):
            same = all(getattr(kind, name) is getattr(base, name) for name in VALUE_METHODS)
            return write if same else _write_custom
    return _write_custom
