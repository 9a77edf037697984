"""RSS, Atom and JSON Feed of a digest: whole issues, newest first, with ids that never change."""

import json
import logging
import re
import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urljoin

from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import get_conditional_response, set_response_etag
from django.utils.feedgenerator import (
    Atom1Feed,
    Rss201rev2Feed,
    SyndicationFeed,
    rfc3339_date,
)
from django.utils.html import escape
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from wagtail.models import Site

from digest import visibility
from digest.conf import conf
from digest.images import largest_jpeg, public_images
from digest.listing import with_digests, with_related
from digest.models import get_digest_page_model
from digest.rendering import public_bodies

logger = logging.getLogger(__name__)

# What XML 1.0 cannot carry (https://www.w3.org/TR/xml/#charsets).
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class RssFeed(Rss201rev2Feed):
    """RSS 2.0 with the whole text in ``content:encoded``."""

    def rss_attributes(self) -> dict[str, str]:
        """Declare the content module beside what Django declares."""
        module = {"xmlns:content": "http://purl.org/rss/1.0/modules/content/"}
        return super().rss_attributes() | module

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        """Add the whole text after Django's elements."""
        super().add_item_elements(handler, item)
        handler.addQuickElement("content:encoded", item["content_html"])


class AtomFeed(Atom1Feed):
    """Atom 1.0 (RFC 4287) with the whole text in ``content``."""

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        """Add the whole text after Django's elements."""
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["content_html"], {"type": "html"})


class JsonFeed(SyndicationFeed):
    """JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

    content_type = "application/feed+json; charset=utf-8"

    def write(self, outfile: Any, encoding: str) -> None:
        """Write the feed as one JSON document."""
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": self.feed["title"],
            "description": self.feed["description"],
            "home_page_url": self.feed["link"],
            "feed_url": self.feed["feed_url"],
            "language": self.feed["language"],
            "items": [self._item(item) for item in self.items],
        }
        outfile.write(json.dumps(feed, ensure_ascii=False))

    def _item(self, item: dict[str, Any]) -> dict[str, Any]:
        data = {
            "id": item["unique_id"],
            "url": item["link"],
            "title": item["title"],
            "summary": item["summary"],
            "content_html": item["content_html"],
            "image": item["image_url"],
            "date_published": rfc3339_date(item["pubdate"]),
            "date_modified": rfc3339_date(item["updateddate"]),
            "tags": list(item["categories"]),
        }
        return {name: value for name, value in data.items() if value}


class Format(NamedTuple):
    """One way a digest is syndicated."""

    file_name: str
    label: str
    media_type: str
    feed_class: type[SyndicationFeed]


FEEDS = [
    Format("rss.xml", "RSS", "application/rss+xml", RssFeed),
    Format("atom.xml", "Atom", "application/atom+xml", AtomFeed),
    Format("feed.json", "JSON Feed", "application/feed+json", JsonFeed),
]


def feed_url(digest: Any, feed: Format, site: Site | None) -> str:
    """The address of a feed at the site's public address."""
    path = reverse("digest:feed", args=[digest.slug, feed.file_name])
    return urljoin(site.root_url, path) if site else path


@require_safe
@cache_control(public=True, max_age=60)
def feed(request: HttpRequest, slug: str, file_name: str) -> HttpResponse:
    """Answer with one feed of a public digest of the request's site."""
    site = Site.find_for_request(request)
    if site is None:
        raise Http404
    digests = visibility.public(get_digest_page_model().objects.filter(slug=slug), site)
    digest = digests.select_related("locale").order_by("pk").first()
    chosen = next((feed for feed in FEEDS if feed.file_name == file_name), None)
    if digest is None or chosen is None:
        raise Http404
    document = build_feed(digest, chosen, site)
    content = document.writeString("utf-8")
    response = HttpResponse(content, content_type=document.content_type)
    set_response_etag(response)  # for HEAD as well, which ConditionalGetMiddleware passes over
    return get_conditional_response(request, etag=response["ETag"], response=response)


def build_feed(digest: Any, chosen: Format, site: Site) -> SyndicationFeed:
    """The feed of a digest with its latest public issues."""
    feed = chosen.feed_class(
        title=_clean(digest.title),
        link=digest.full_url,
        description=_clean(digest.tagline),
        subtitle=_clean(digest.tagline),
        author_name=_clean(digest.title),
        language=digest.locale.language_code,
        feed_url=feed_url(digest, chosen, site),
        feed_guid=_stable_id(digest),
    )
    issues = with_related(digest.get_public_issues())[: conf.FEED_LENGTH]
    for item in _items(with_digests(issues), site.root_url):
        feed.add_item(**item)
    return feed


def _items(issues: list[Any], base_url: str) -> Iterator[dict[str, Any]]:
    """One item for each issue; one whose stored data is broken is left out, the others stay."""
    bodies = public_bodies((issue.body for issue in issues), base_url)
    images = public_images((issue.image for issue in issues if issue.image), base_url)
    for issue, body in zip(issues, bodies, strict=True):
        try:
            item = _item(issue, body, images.get(issue.image))
        except DatabaseError:
            raise
        except Exception:
            logger.exception("Issue %s is left out of the feed", issue.pk)
        else:
            yield item


def _item(issue: Any, body: list[dict[str, Any]], image: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "title": _clean(issue.headline),
        "link": issue.full_url,
        "summary": _clean(issue.summary),
        "description": escape(_clean(issue.summary)),  # RSS and Atom take it for HTML
        "content_html": _clean(_content(issue, body, image)),
        "image_url": largest_jpeg(image)["url"] if image else None,
        "unique_id": _stable_id(issue),
        "unique_id_is_permalink": False,
        "pubdate": issue.published_at,
        "updateddate": issue.updated_at,
        "categories": [_clean(item.tag.name) for item in issue.tagged_items.all()],
    }


def _content(issue: Any, body: list[dict[str, Any]], image: dict[str, Any] | None) -> str:
    blocks = [data | {"block": child} for data, child in zip(body, issue.body, strict=True)]
    context = {"issue": issue, "body": blocks, "image": image}
    html = render_to_string("digest/feed_item.html", context)
    return "\n".join(line for line in html.splitlines() if line.strip())


def _stable_id(page: Any) -> str:
    """An id that survives a move, a new slug and a new domain, and belongs to one language."""
    return uuid.uuid5(page.translation_key, page.locale.language_code).urn


def _clean(text: str) -> str:
    return NOT_XML.sub("", str(text))
