"""The paths of the API that front-end caches purge; those of queries last for ``max-age``."""

from collections.abc import Iterator

from digest.pages.public_paths import path_of

LISTS = ["map", "site", "digests", "issues", "latest-issue", "stories", "sources", "tags"]


def paths_of_lists() -> Iterator[str]:
    """Yield the paths that any change may change."""
    for name in LISTS:
        yield from path_of(f"api:{name}")


def paths_of_digest(slug: str) -> Iterator[str]:
    """Yield the paths of a digest."""
    yield from path_of("api:digest", slug)


def paths_of_issue(pk: int, digest_slug: str, slug: str) -> Iterator[str]:
    """Yield the paths of an issue."""
    yield from path_of("api:issue", pk)
    yield from path_of("api:issue-markdown", pk)
    yield from path_of("api:issue-by-slugs", digest_slug, slug)
