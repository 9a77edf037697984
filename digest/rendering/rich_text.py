"""Convert rich text to public HTML for the API, feeds and pages.

References are resolved for an anonymous reader: a link to a page or document that is not public
keeps its text and loses its URL. Output is sanitised, since bodies written by code bypass the
editor. One call makes one query per kind of reference, for any number of texts.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache, partial
from itertools import zip_longest
from typing import Any
from urllib.parse import urljoin

import nh3
from django.db.models import F, QuerySet
from django.db.models.lookups import In
from django.utils.html import escape, format_html
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.rich_text.rewriters import extract_attrs

from digest import statements, visibility
from digest.blocks.safe_values import read_id, without_surrogates
from digest.conf import get_base_page_model
from digest.http.canonical import web_url
from digest.pages.public_urls import page_url
from digest.rendering.images import largest_jpeg, public_images_by_id

_INLINE_TAGS = {"a", "b", "br", "code", "del", "em", "i", "img", "s", "strong", "sub", "sup"}
_BLOCK_TAGS = {"blockquote", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "ul"}
ALLOWED_TAGS = _INLINE_TAGS | _BLOCK_TAGS
ALLOWED_ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt", "width", "height"}}
ALLOWED_SCHEMES = {"http", "https", "mailto", "tel"}
# Cannot occur in stored text: PostgreSQL rejects it, and the editor strips it.
TEXT_SEPARATOR = "\0"
# Stored by Wagtail in place of a URL: <a linktype="page" id="3">, <embed embedtype="image">.
REFERENCE = re.compile(r"(<(?:a|embed)\b[^<>\0]*>)")
MARKUP = re.compile("[<>&]")
URL_ATTRIBUTES = ("href", "src")
ABSOLUTE = [
    f'{name}="{scheme}'
    for name in URL_ATTRIBUTES
    for scheme in ("http://", "https://", "mailto:", "tel:")
]

Attributes = dict[str, str]


def public_html(
    sources: Iterable[str], base_url: str = "", page_urls: Iterable[str | None] = ()
) -> list[str]:
    """Convert stored rich texts to public HTML.

    ``base_url`` is the root of the site ("https://example.com"), for readers on other hosts. By
    default URLs stay relative to the site. Relative links are resolved against the URL of the page
    that each text is on, ``page_urls``, or else against ``base_url``.
    """
    texts = [without_surrogates(str(source).replace(TEXT_SEPARATOR, "")) for source in sources]
    joined = TEXT_SEPARATOR.join(texts)
    if "linktype=" in joined or "<embed" in joined:
        joined = _resolve(joined, base_url)
        texts = joined.split(TEXT_SEPARATOR)
    if not base_url or not _may_have_relative(joined):
        return [_sanitise(text) for text in texts]
    pairs = zip_longest(texts, page_urls)
    return [_sanitise(text, page_url or base_url) for text, page_url in pairs]


def _sanitise(text: str, base: str = "") -> str:
    if not MARKUP.search(text):
        return text
    # A cleaner takes longer to make than to use, and few texts have relative links.
    return _cleaner(base if base and _may_have_relative(text) else "").clean(text)


def _may_have_relative(text: str) -> bool:
    """Return whether any attribute may be a relative URL; counting is faster than a search."""
    text = text.lower()
    return sum(map(text.count, URL_ATTRIBUTES)) != sum(map(text.count, ABSOLUTE))


@lru_cache(maxsize=64)
def _cleaner(base: str) -> nh3.Cleaner:
    """Return a cleaner that resolves relative URLs against ``base``, if there is one."""
    return nh3.Cleaner(
        tags=ALLOWED_TAGS,
        attributes=ALLOWED_ATTRIBUTES,
        url_schemes=ALLOWED_SCHEMES,
        link_rel=None,
        url_relative=partial(_absolute, base) if base else None,
    )


def _absolute(base: str, url: str) -> str | None:
    try:
        return urljoin(base, url)
    except ValueError:
        return None


def _resolve(joined: str, base_url: str) -> str:
    """Replace every reference, with one lookup per kind."""
    parts = REFERENCE.split(joined)  # texts and tags in turn
    found: dict[str, dict[int, Attributes]] = defaultdict(dict)
    for place in range(1, len(parts), 2):
        if _is_reference(parts[place]):
            attributes = extract_attrs(parts[place])
            found[_kind(parts[place], attributes)][place] = attributes
    for kind, references in found.items():
        tags = ["<a>" if kind.startswith("a ") else ""] * len(references)
        if resolve := RESOLVERS.get(kind):
            tags = resolve(list(references.values()), base_url)
        for place, tag in zip(references, tags, strict=True):
            parts[place] = tag
    return "".join(parts)


def references(source: str) -> Iterator[tuple[str, Any]]:
    """Yield what a stored rich text refers to: the label of a model and an id, of any page that of
    the base page model."""
    models = {"a page": get_base_page_model(), "a document": get_document_model()}
    models["embed image"] = get_image_model()
    for tag in filter(_is_reference, REFERENCE.findall(source)):
        attributes = extract_attrs(tag)
        model = models.get(_kind(tag, attributes))
        pk = model and read_id(model, attributes.get("id"))
        if pk is not None:
            yield model._meta.label_lower, pk


def _is_reference(tag: str) -> bool:
    return "linktype=" in tag or tag.startswith("<embed")


def _kind(tag: str, attributes: Attributes) -> str:
    """Return the key in ``RESOLVERS`` for a tag: its element and type of reference."""
    element, attribute = ("a", "linktype") if tag.startswith("<a") else ("embed", "embedtype")
    return f"{element} {attributes.get(attribute, '')}"


def _ids(model: Any, references: list[Attributes]) -> set[Any]:
    return {read_id(model, attributes.get("id")) for attributes in references} - {None}


def _opening_tags(references: list[Attributes], urls: dict[str, str | None]) -> list[str]:
    found = (urls.get(attributes.get("id", "")) for attributes in references)
    return [f'<a href="{escape(url)}">' if url else "<a>" for url in found]


def _page_links(references: list[Attributes], base_url: str) -> list[str]:
    model = get_base_page_model()
    found = _with_own_urls(
        statements.fetch(("linked",), _linked, pks=sorted(_ids(model, references)))
    )
    visibility.note_expiry(found)
    urls = {str(page.pk): page_url(page) if base_url else page.url for page in found}
    return _opening_tags(references, urls)


def _linked(pks: list[Any]) -> QuerySet:
    pages = get_base_page_model().objects.filter(In(F("pk"), pks)).order_by()
    return visibility.public(pages).only("url_path", "expire_at", "content_type")


def _with_own_urls(pages: list[Any]) -> list[Any]:
    """Return pages with the URLs of their class, which is read only where it has its own."""
    usual = [page for page in pages if _has_usual_url(page.cached_content_type.model_class())]
    others = {page.pk for page in pages} - {page.pk for page in usual}
    if others:
        usual += get_base_page_model().objects.filter(pk__in=others).specific(defer=True)
    return usual


@cache
def _has_usual_url(kind: Any) -> bool:
    base = get_base_page_model()
    names = ("get_url_parts", "get_url", "url")
    return kind is not None and all(getattr(kind, name) is getattr(base, name) for name in names)


def _document_links(references: list[Attributes], base_url: str) -> list[str]:
    model = get_document_model()
    documents = model.objects.filter(pk__in=_ids(model, references))
    shown = visibility.in_public_collections(documents)
    return _opening_tags(references, {str(d.pk): urljoin(base_url, d.url) for d in shown})


def _embedded_images(references: list[Attributes], base_url: str) -> list[str]:
    images = public_images_by_id(_ids(get_image_model(), references), base_url)
    data = {str(pk): found for pk, found in images.items()}
    shown = (data.get(attributes.get("id", "")) for attributes in references)
    return [
        _img(largest_jpeg(found), attributes.get("alt", "")) if found else ""
        for attributes, found in zip(references, shown, strict=True)
    ]


def _img(rendition: dict[str, Any], alt: str) -> str:
    return format_html(
        '<img src="{url}" width="{width}" height="{height}" alt="{alt}">', **rendition, alt=alt
    )


def _embedded_media(references: list[Attributes], base_url: str) -> list[str]:
    # A link, not the player of the provider: readers must not send requests to third parties.
    urls = (escape(web_url(attributes.get("url")) or "") for attributes in references)
    return [f'<p><a href="{url}">{url}</a></p>' if url else "" for url in urls]


RESOLVERS: dict[str, Callable[[list[Attributes], str], list[str]]] = {
    "a page": _page_links,
    "a document": _document_links,
    "embed image": _embedded_images,
    "embed media": _embedded_media,
}
