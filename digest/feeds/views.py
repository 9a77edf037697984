"""Feeds of a site, of a digest and of its tags: whole issues, newest first, with permanent ids."""

import logging
import re
import uuid
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode, urljoin

from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.feedgenerator import SyndicationFeed
from django.utils.html import escape
from django.views.decorators.http import require_safe
from taggit.models import Tag
from wagtail.models import Locale, Site

from digest import visibility
from digest.caching.cacheable import public_view
from digest.conf import conf, has_languages
from digest.feeds.formats import FEEDS, FeedFormat
from digest.pages.listing import latest_first, tagged, with_digests, with_related
from digest.pages.page_models import get_digest_page_model, get_issue_page_model
from digest.pages.paths import preferred, renamed
from digest.pages.provenance import with_provenance
from digest.pages.public_urls import frontend_root, page_url, requested_locale, site_name
from digest.pages.stable_ids import stable_id
from digest.pages.views import filter_by_language
from digest.rendering.bodies import public_bodies
from digest.rendering.images import largest_jpeg, public_images
from digest.rendering.native_values import prefetch_body

logger = logging.getLogger(__name__)

# Characters that XML 1.0 does not allow (https://www.w3.org/TR/xml/#charsets).
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Rendered by the template of an entry; blocks of the site's own have their own templates.
KNOWN_BLOCKS = {"headline", "story_section", "bottom_line", "sources"}
# Minutes after which a reader that sends no conditional requests may ask again.
MINUTES_TO_LIVE = "60"


def site_feed_path(feed: FeedFormat, site: Site, code: str = "") -> str:
    """Return the path of the feed of a site, with a language code if it is not that of the site."""
    path = reverse("digest:site-feed", args=[feed.file_name])
    if code and code != site.root_page.locale.language_code:
        return f"{path}?{urlencode({'locale': code})}"
    return path


def feed_url(digest: Any, feed: FeedFormat, site: Site, tag_slug: str = "") -> str:
    """Return the URL of a feed at the root URL of the site."""
    return urljoin(site.root_url, feed_path(digest, feed, site, tag_slug))


def feed_path(digest: Any, feed: FeedFormat, site: Site, tag_slug: str = "") -> str:
    """Return the path of a feed, with a locale parameter if it is not that of the site."""
    if tag_slug:
        path = reverse("digest:tag-feed", args=[digest.slug, tag_slug, feed.file_name])
    else:
        path = reverse("digest:feed", args=[digest.slug, feed.file_name])
    if has_languages() and digest.locale_id != site.root_page.locale_id:
        return f"{path}?{urlencode({'locale': digest.locale.language_code})}"
    return path


@require_safe
def feeds(request: HttpRequest) -> HttpResponse:
    """List the feeds of the request's site, in the language of the request."""
    site = Site.find_for_request(request)
    if site is None:
        raise Http404
    digests = visibility.public(get_digest_page_model().objects.all(), site)
    digests = filter_by_language(digests, request).select_related("locale")
    context = {"digests": digests.order_by("title", "pk")}
    return render(request, "digest/feeds_page.html", context)


@public_view
def site_feed(request: HttpRequest, file_name: str) -> HttpResponse:
    """Return a feed of all public digests of the request's site, in one language."""
    site = Site.find_for_request(request)
    if site is None:
        raise Http404
    code = requested_locale(request) if has_languages() else ""
    locale = site.root_page.locale
    if code:
        locale = get_object_or_404(Locale, language_code__iexact=code)
    document = build_site_feed(_format(file_name), site, locale, request)
    return HttpResponse(document.writeString("utf-8"), content_type=document.content_type)


def _format(file_name: str) -> FeedFormat:
    for feed_format in FEEDS:
        if feed_format.file_name == file_name:
            return feed_format
    raise Http404


@public_view
def feed(request: HttpRequest, slug: str, file_name: str, tag_slug: str = "") -> HttpResponse:
    """Return a feed of a public digest of the request's site.

    With I18N on, ``locale=`` selects one of the digests with that slug. Other parameters are
    ignored, since feed readers and mails add tracking parameters. An earlier slug redirects, with
    the query.
    """
    site = Site.find_for_request(request)
    feed_format = _format(file_name)
    if site is None:
        raise Http404
    locale, digests = requested_locale(request), get_digest_page_model().objects.all()
    digest = preferred(visibility.public(digests.filter(slug=slug), site), locale, site)
    if digest is None and (digest := preferred(renamed(digests, site, slug), locale, site)):
        url = feed_path(digest, feed_format, site, tag_slug)
        return HttpResponsePermanentRedirect(_with_query(url, request))
    if digest is None:
        raise Http404
    tag = get_object_or_404(Tag, slug=tag_slug) if tag_slug else None
    document = build_feed(digest, feed_format, site, tag, request)
    return HttpResponse(document.writeString("utf-8"), content_type=document.content_type)


def _with_query(url: str, request: HttpRequest) -> str:
    """Add the query of a request to a URL, but for ``locale``, which the URL has if needed."""
    query = request.GET.copy()
    query.pop("locale", None)
    return f"{url}{'&' if '?' in url else '?'}{query.urlencode()}" if query else url


def build_feed(
    digest: Any,
    feed_format: FeedFormat,
    site: Site,
    tag: Tag | None = None,
    request: HttpRequest | None = None,
) -> SyndicationFeed:
    """Build the feed of a digest or of one of its tags, with its latest public issues.

    Raises Http404 for a tag without issues.
    """
    issues = digest.get_public_issues()
    if tag:
        issues = tagged(issues, [tag.pk])
    issues = with_digests(with_related(issues)[: conf.FEED_LENGTH])
    if tag and not issues:
        raise Http404
    visibility.note_expiry([digest, *issues])
    images = _images([digest, *issues], site)
    feed = feed_format.feed_class(
        title=_clean(f"{digest.title}: {tag.name}" if tag else digest.title),
        link=page_url(digest, request) or frontend_root(site),
        description=_clean(digest.tagline),
        subtitle=_clean(digest.tagline),
        author_name=_clean(digest.title),
        language=digest.locale.language_code,
        feed_url=feed_url(digest, feed_format, site, tag.slug if tag else ""),
        feed_guid=stable_id(digest, f"/tags/{tag.slug}" if tag else ""),
        updated=digest.last_published_at or digest.first_published_at,
        image_url=_jpeg_url(images.get(digest.image)),
        ttl=MINUTES_TO_LIVE,
    )
    for item in _items(issues, images, site, request):
        feed.add_item(**item)
    return feed


def build_site_feed(
    feed_format: FeedFormat, site: Site, locale: Locale, request: HttpRequest | None = None
) -> SyndicationFeed:
    """Build the feed of a site with the latest public issues of all its digests.

    With I18N on, they are those in the locale.
    """
    issues = visibility.public(get_issue_page_model().objects.all(), site)
    if has_languages():
        issues = issues.filter(locale=locale)
    issues = with_digests(with_related(latest_first(issues))[: conf.FEED_LENGTH], site)
    visibility.note_expiry(issues)
    name, path = _clean(site_name(site)), site_feed_path(feed_format, site, locale.language_code)
    feed = feed_format.feed_class(
        title=name,
        link=f"{frontend_root(site)}/",
        description=name,
        author_name=name,
        language=locale.language_code,
        feed_url=urljoin(site.root_url, path),
        feed_guid=uuid.uuid5(site.root_page.translation_key, f"{locale.language_code}/feeds").urn,
        updated=site.root_page.last_published_at,
        image_url=None,
        ttl=MINUTES_TO_LIVE,
    )
    for item in _items(issues, _images(issues, site), site, request, with_author=True):
        feed.add_item(**item)
    return feed


def _images(pages: Iterable[Any], site: Site) -> dict[Any, dict[str, Any]]:
    return public_images((page.image for page in pages if page.image), site.root_url)


def _jpeg_url(image: dict[str, Any] | None) -> str | None:
    return largest_jpeg(image)["url"] if image else None


def _items(
    issues: list[Any],
    images: dict[Any, dict[str, Any]],
    site: Site,
    request: HttpRequest | None,
    with_author: bool = False,
) -> Iterator[dict[str, Any]]:
    """Render an item for each issue; log and leave out those that fail.

    With ``with_author``, an issue without a byline has its digest as its author.
    """
    with_provenance(issues)
    links = [_link(issue, site, request) for issue in issues]
    bodies = public_bodies((issue.body for issue in issues), site.root_url, links)
    for issue, link, body in zip(issues, links, bodies, strict=True):
        try:
            if not {data["type"] for data in body} <= KNOWN_BLOCKS:
                body = _with_blocks(issue, body, site, link)
            item = _item(issue, body, images.get(issue.image)) | {"link": link}
            if with_author and issue.digest:
                item["author_name"] = item["author_name"] or _clean(issue.digest.title)
        except DatabaseError:
            raise
        except Exception:
            logger.exception("Issue %s is left out of the feed", issue.pk)
        else:
            yield item


def _link(issue: Any, site: Site, request: HttpRequest | None) -> str:
    """Return the URL of an issue, or of the site if that of the issue cannot be built."""
    try:
        return page_url(issue, request) or frontend_root(site)
    except DatabaseError:
        raise
    except Exception:
        logger.exception("The URL of issue %s cannot be built", issue.pk)
        return frontend_root(site)


def _item(issue: Any, body: list[dict[str, Any]], image: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "title": _clean(issue.headline),
        "summary": _clean(issue.summary),
        "description": escape(_clean(issue.summary)),  # RSS and Atom readers parse it as HTML
        "author_name": _clean(issue.byline) or None,
        "content_html": _clean(_content(issue, body, image)),
        "image_url": _jpeg_url(image),
        "unique_id": stable_id(issue),
        "unique_id_is_permalink": False,
        "pubdate": issue.published_at,
        "updateddate": issue.updated_at,
        "categories": sorted(_clean(item.tag.name) for item in issue.tagged_items.all()),
    }


def _content(issue: Any, body: list[dict[str, Any]], image: dict[str, Any] | None) -> str:
    context = {"issue": issue, "body": body, "image": image}
    with translation.override(issue.locale.language_code):
        html = render_to_string("digest/feed_item.html", context)
    return "\n".join(line for line in html.splitlines() if line.strip())


def _with_blocks(
    issue: Any, body: list[dict[str, Any]], site: Site, link: str
) -> list[dict[str, Any]]:
    """Add the blocks themselves, which the templates of a site's own blocks need."""
    # Only for these, since building the blocks takes longer than everything else.
    prefetch_body(issue.body, site.root_url, link)
    children = {child.id: child for child in issue.body}
    return [data | {"block": children[data["id"]]} for data in body]


def _clean(text: str) -> str:
    return NOT_XML.sub("", str(text))
