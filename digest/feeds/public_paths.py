"""The paths of feeds and sitemaps that front-end caches purge."""

from collections.abc import Iterator

from digest.feeds.views import FEEDS
from digest.pages.public_paths import path_of


def paths_of_lists() -> Iterator[str]:
    """Yield the paths that any change may change."""
    yield from path_of("sitemap")
    yield from path_of("llms")
    yield from path_of("feeds")
    yield from path_of("tags")
    for feed in FEEDS:
        yield from path_of("site-feed", feed.file_name)


def paths_of_digest(slug: str) -> Iterator[str]:
    """Yield the paths of the feeds of a digest."""
    for feed in FEEDS:
        yield from path_of("feed", slug, feed.file_name)


def paths_of_issue(pk: int, digest_slug: str, slug: str) -> Iterator[str]:
    """Yield nothing: feeds have no page of an issue."""
    yield from ()
