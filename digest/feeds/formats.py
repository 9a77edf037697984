"""Feed generators for RSS, Atom and JSON Feed, and the list of them.

``views.py`` fills them with issues.
"""

import json
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.utils.feedgenerator import (
    Atom1Feed,
    Rss201rev2Feed,
    SyndicationFeed,
    rfc3339_date,
)

# For digests that were created in code without dates, and have no issues.
NO_DATE = datetime(1970, 1, 1, tzinfo=UTC)


class DatedFeed(SyndicationFeed):
    """Dates a feed without entries by its digest, where Django takes the current time."""

    def latest_post_date(self) -> datetime:
        return super().latest_post_date() if self.items else self.feed["updated"] or NO_DATE


class RssFeed(DatedFeed, Rss201rev2Feed):
    """RSS 2.0 with the whole text in ``content:encoded``, and the author in ``dc:creator``."""

    def rss_attributes(self) -> dict[str, str]:
        module = {"xmlns:content": "http://purl.org/rss/1.0/modules/content/"}
        return super().rss_attributes() | module

    def add_root_elements(self, handler: Any) -> None:
        super().add_root_elements(handler)
        if self.feed["image_url"]:
            handler.startElement("image", {})
            for name, key in (("url", "image_url"), ("title", "title"), ("link", "link")):
                handler.addQuickElement(name, self.feed[key])
            handler.endElement("image")

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        # The author of a channel would need an email address.
        author = item["author_name"] or self.feed["author_name"]
        super().add_item_elements(handler, item | {"author_name": author})
        handler.addQuickElement("content:encoded", item["content_html"])


class AtomFeed(DatedFeed, Atom1Feed):
    """Atom 1.0 (RFC 4287) with the whole text in ``content``."""

    def add_root_elements(self, handler: Any) -> None:
        super().add_root_elements(handler)
        if self.feed["image_url"]:
            handler.addQuickElement("logo", self.feed["image_url"])

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["content_html"], {"type": "html"})


class JsonFeed(SyndicationFeed):
    """JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

    content_type = "application/feed+json; charset=utf-8"

    def write(self, outfile: Any, encoding: str) -> None:
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": self.feed["title"],
            "description": self.feed["description"],
            "home_page_url": self.feed["link"],
            "feed_url": self.feed["feed_url"],
            "language": self.feed["language"],
            "authors": [{"name": self.feed["author_name"]}],
            "icon": self.feed["image_url"],
            "items": [self._item(item) for item in self.items],
        }
        if not feed["icon"]:
            del feed["icon"]
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
            "authors": [{"name": item["author_name"]}] if item["author_name"] else None,
            "tags": list(item["categories"]),
        }
        # The standard requires the content, even if it is empty.
        return {name: value for name, value in data.items() if value or name == "content_html"}


class FeedFormat(NamedTuple):
    file_name: str
    label: str
    media_type: str
    feed_class: type[SyndicationFeed]


FEEDS = [
    FeedFormat("rss.xml", "RSS", "application/rss+xml", RssFeed),
    FeedFormat("atom.xml", "Atom", "application/atom+xml", AtomFeed),
    FeedFormat("feed.json", "JSON Feed", "application/feed+json", JsonFeed),
]
