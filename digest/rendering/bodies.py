"""The bodies of issues turned into what leaves the house: the API, the feeds and the pages.

A body is given its public form straight from its stored data: building Wagtail's native values of
every block costs several times as much. What has to be looked up (texts, images, pages, documents)
is noted on the way and resolved at once, so that a response costs the same number of queries
however many bodies it has. A block whose class changes how it is read or shown is asked itself.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, NamedTuple

from django.db import DatabaseError
from wagtail import blocks
from wagtail.blocks import Block
from wagtail.documents.models import AbstractDocument
from wagtail.images.blocks import ImageBlock, ImageChooserBlock
from wagtail.images.models import AbstractImage
from wagtail.models import AbstractPage
from wagtail.rich_text import RichText

from digest import visibility
from digest.blocks import IssueBodyBlock, StoryImageBlock
from digest.blocks.anchors import anchors
from digest.rendering.images import alt, public_images_by_id
from digest.rendering.native_values import api_form
from digest.rendering.rich_text import public_html

logger = logging.getLogger(__name__)


class Reference(NamedTuple):
    """A place in the data of a response and what will stand there: an id, or a text's source.

    ``alt`` is what the block says of an image; None for what the library says.
    """

    into: Any
    key: Any
    wanted: Any
    alt: str | None = None


def public_bodies(bodies: Iterable[Any], base_url: str = "") -> list[list[dict[str, Any]]]:
    """The API form of several bodies: ``[{"type", "id", "value"}, ...]`` each, texts resolved.

    A body whose stored data is broken is empty: it must not take the others with it.
    """
    rendering = Rendering(base_url)
    forms = [rendering.body(body) for body in bodies]
    rendering.resolve()
    return forms


class Rendering:
    """Gathers what a response shows of stored blocks, and resolves it all at once.

    ``text`` turns the public HTML of a rich text into another format.
    """

    def __init__(self, base_url: str = "", text: Callable[[str], str] | None = None) -> None:
        self.base_url, self.text = base_url, text
        self.texts: list[Reference] = []
        self.images: list[Reference] = []
        self.chosen: dict[type, list[Reference]] = defaultdict(list)

    def body(self, body: blocks.StreamValue) -> list[dict[str, Any]]:
        """The public form of a body, complete once ``resolve`` was called; empty if broken."""
        return self.value(body.stream_block, body.raw_data) or []

    def value(self, block: Block, stored: Any) -> Any:
        """The public form of one stored value, complete later; None if it is broken."""
        holder: dict[str, Any] = {}
        try:
            self.put(block, stored, holder, "value")
        except DatabaseError:
            raise
        except Exception:
            logger.exception("A body or a block is left out: its stored data is broken")
            return None
        return holder["value"]

    def put(self, block: Block, stored: Any, into: Any, key: Any) -> None:
        """Write the public form of a block's stored value to ``into[key]``."""
        writer(type(block))(self, block, stored, into, key)

    def resolve(self, images: Iterable[int] = ()) -> None:
        """Fill in every text, image, page, document and other chosen object that was noted.

        ``shown_images`` then has the data of these and of ``images``, more ids of images.
        """
        html = public_html((text.wanted for text in self.texts), self.base_url)
        for text, found in zip(self.texts, html, strict=True):
            text.into[text.key] = self.text(found) if self.text else found
        wanted = {*images, *(image.wanted for image in self.images)}
        self.shown_images = public_images_by_id(wanted, self.base_url)
        for image in self.images:
            shown = self.shown_images.get(image.wanted)
            image.into[image.key] = _with_alt(shown, image.alt)
        for model, references in self.chosen.items():
            shown_ids = _public_ids(model, {reference.wanted for reference in references})
            for into, key, wanted, _alt in references:
                into[key] = wanted if wanted in shown_ids else None


def _with_alt(image: dict[str, Any] | None, words: str | None) -> dict[str, Any] | None:
    return image | {"alt": words} if image and words is not None else image


def _public_ids(model: Any, ids: set[int]) -> set[int]:
    """Those of the ids that are there to be seen; a snippet is, as soon as it is used."""
    objects = model._default_manager.filter(pk__in=ids)
    if issubclass(model, AbstractPage):
        objects = visibility.public(objects).only("expire_at")
        visibility.note_expiry(objects)
        return {page.pk for page in objects}
    if issubclass(model, AbstractDocument):
        return {document.pk for document in visibility.in_public_collections(objects)}
    return set(objects.values_list("pk", flat=True))


# How each kind of block is written. A writer stands for a class and for those of its subclasses
# that read and show their values as it does.

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
            child = {"type": raw["type"], "id": raw.get("id"), "value": None}
            out.put(block.child_blocks[raw["type"]], raw["value"], child, "value")
            form.append(child)


def _write_issue_body(out: Rendering, block: Any, stored: Any, into: Any, key: Any) -> None:
    _write_stream(out, block, stored, into, key)
    stories = [child for child in into[key] if child["type"] == "story_section"]
    found = anchors((child["id"], child["value"].get("heading") or "") for child in stories)
    for child in stories:
        value = dict(child["value"])
        child["value"].clear()  # and not a new one: what was noted is to be written into this
        child["value"].update({"anchor": found[child["id"]], **value})


def _write_list(out: Rendering, block: blocks.ListBlock, stored: Any, into: Any, key: Any) -> None:
    into[key] = items = []
    for item in stored or []:
        items.append(None)
        value = item["value"] if _is_list_item(item) else item
        out.put(block.child_block, value, items, len(items) - 1)


def _is_list_item(item: Any) -> bool:
    """Whether a list's item is stored with its id (since Wagtail 2.16) or bare."""
    return isinstance(item, dict) and item.get("type") == "item" and {"id", "value"} <= item.keys()


def _write_text(out: Rendering, block: Block, stored: Any, into: Any, key: Any) -> None:
    into[key] = ""
    if stored:
        out.texts.append(Reference(into, key, stored))


def _write_image(out: Rendering, block: Block, stored: Any, into: Any, key: Any) -> None:
    into[key] = None
    if isinstance(stored, dict):  # an ImageBlock has words of its own for the image
        words = "" if stored.get("decorative") else stored.get("alt_text") or None
        stored = stored.get("image")
    else:
        words = None
    if stored:
        out.images.append(Reference(into, key, stored, words))


def _write_chosen(out: Rendering, block: Any, stored: Any, into: Any, key: Any) -> None:
    into[key] = None
    if stored:
        out.chosen[block.model_class].append(Reference(into, key, stored))


def _write_stored(out: Rendering, block: Block, stored: Any, into: Any, key: Any) -> None:
    into[key] = stored


def _write_lines(out: Rendering, block: Block, stored: Any, into: Any, key: Any) -> None:
    # A browser sends the lines of a form's field with CRLF.
    into[key] = stored.replace("\r\n", "\n") if isinstance(stored, str) else stored


def _write_optional(out: Rendering, block: Block, stored: Any, into: Any, key: Any) -> None:
    into[key] = stored or None


def _write_day(out: Rendering, block: Block, stored: Any, into: Any, key: Any) -> None:
    day = block.to_python(stored) if stored else None
    into[key] = day.isoformat() if day else None


def _write_own(out: Rendering, block: Block, stored: Any, into: Any, key: Any) -> None:
    _write_native(out, block, block.to_python(stored), into, key)


def _write_native(out: Rendering, block: Block, value: Any, into: Any, key: Any) -> None:
    _write_form(out, api_form(block, value), into, key)


def _write_form(out: Rendering, form: Any, into: Any, key: Any) -> None:
    """Write what ``api_form`` gave, noting the native objects in it."""
    into[key] = None
    if isinstance(form, dict):
        into[key] = {}
        for name, child in form.items():
            _write_form(out, child, into[key], name)
    elif isinstance(form, (list, tuple)):
        into[key] = [None] * len(form)
        for position, child in enumerate(form):
            _write_form(out, child, into[key], position)
    elif isinstance(form, RichText):
        _write_text(out, None, form.source, into, key)
    elif isinstance(form, AbstractImage):
        out.images.append(Reference(into, key, form.pk, alt(form)))
    elif isinstance(form, (AbstractPage, AbstractDocument)):
        out.chosen[type(form)].append(Reference(into, key, form.pk))
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
    (blocks.URLBlock, _write_optional),
    (blocks.DateBlock, _write_day),
    (blocks.CharBlock, _write_stored),
    (blocks.TextBlock, _write_lines),
    (blocks.RegexBlock, _write_stored),
    (blocks.EmailBlock, _write_stored),
    (blocks.IntegerBlock, _write_stored),
    (blocks.FloatBlock, _write_stored),
    (blocks.BooleanBlock, _write_stored),
]
SHOWN_BY = ("to_python", "bulk_to_python", "get_prep_value", "get_api_representation")


@cache
def writer(kind: type[Block]) -> Writer:
    """How blocks of a class are written; one that shows itself is asked (``_write_own``)."""
    for base, write in WRITERS:
        if issubclass(kind, base):
            same = all(getattr(kind, name) is getattr(base, name) for name in SHOWN_BY)
            return write if same else _write_own
    return _write_own
