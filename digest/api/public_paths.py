"""The paths of the API to purge from front-end caches; with a query they expire by ``max-age``."""

from collections.abc import Iterator

from digest.pages.public_paths import path_of

LISTS = ["map", "site", "digests", "issues", "latest-issue", "stories", "sources", "tags"]


def paths_of_lists() -> Iterator[str]:
    """Yield the paths that any change may affect."""
    for name in LISTS:
        yield from path_of(f"api:{name}")


def paths_of_digest(slug: str) -> Iterator[str]:
    yield from path_of("api:digest", slug)


def paths_of_issue(pk: int, digest_slug: str, slug: str) -> Iterator[str]:
    yield from path_of("api:issue", pk)
    yield from path_of("api:issue-markdown", pk)
    yield from path_of("api:issue-by-slugs", digest_slug, slug)
