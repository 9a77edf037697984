"""The table of screens is complete."""

from collections.abc import Iterator
from fnmatch import filter as matching
from typing import Any

from django.urls import URLPattern, get_resolver

from tests.browser.screens import ADMIN, READERS, WITHOUT_SCREEN

OURS = ("digest", "cms", "home", "search")


def url_patterns(resolver: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the name with its namespaces and the view of each URL pattern."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}", pattern.callback
        else:
            namespace = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from url_patterns(pattern, prefix + namespace)


def is_ours(name: str, view: Any) -> bool:
    """Check whether a view is the project's, or one of Wagtail's that it registers."""
    code = getattr(view, "view_class", None) or getattr(view, "cls", None) or view
    return code.__module__.split(".")[0] in OURS or name.startswith(("digest", "taggit_tag"))


def takes_get(view: Any) -> bool:
    view_class = getattr(view, "view_class", None)
    return view_class is None or "get" in view_class.http_method_names


def names() -> set[str]:
    patterns = url_patterns(get_resolver())
    return {name for name, view in patterns if is_ours(name, view) and takes_get(view)}


def test_each_url_has_a_screen_or_a_reason_to_have_none():
    missing = names() - {screen.url_name for screen in [*ADMIN, *READERS]}
    unused = [pattern for pattern in WITHOUT_SCREEN if not matching(missing, pattern)]
    for pattern in WITHOUT_SCREEN:
        missing -= set(matching(missing, pattern))
    assert (missing, unused) == (set(), [])
