"""Cases: the same data, requested from each API."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.others import ISSUES, OTHERS
from digest.models import IssuePage

OURS, V2, V3 = "this API", "Wagtail v2", "Wagtail v3"
V2_LIST = "/api/v2/pages/?type=digest.IssuePage&order=-date&limit=20&fields=date,summary,tags,image"
# It has no `fields`: its lists contain only titles, slugs and URLs.
V3_LIST = "/api/v3/pages/?type=digest.IssuePage&order=-date&limit=20"
HTML = "rich_text_format=html"
# The number of an issue without images.
WITHOUT_IMAGES = 19


@dataclass
class Case:
    """A case, with the URLs that each API needs for it."""

    name: str
    text: str
    requests: dict[str, list[str]]


def cases(get: Callable[[str], Any]) -> list[Case]:
    """Return all cases for the database in use; ``get`` returns the JSON of a URL."""
    return [*first_pages(), *far_pages(get), *others()]


def first_pages() -> list[Case]:
    """Return cases of one issue, of the first pages of lists, and of this API only."""
    newest = list(IssuePage.objects.order_by("-date", "-pk").values_list("pk", flat=True))
    return [
        *_with_bodies(_middle(newest), newest[:20]),
        _case("list", "20 issues without bodies", ISSUES, V2_LIST, V3_LIST),
        Case("search", "a search for a word", {OURS: ["/api/v1/search/?q=topic"]}),
        Case("feed", "a feed", {OURS: ["/feeds/daily/rss.xml"]}),
    ]


def _middle(newest: list[int]) -> int:
    """Return an issue in the middle of the archive that shows as much as with any other size."""
    number = (len(newest) - 1) // 2
    # Images of issues and of stories repeat after 24 issues (``benchmarks.content``).
    number -= (number - WITHOUT_IMAGES) % 24
    return newest[len(newest) - 1 - number]


def far_pages(get: Callable[[str], Any]) -> list[Case]:
    """Return cases of issues of a tag, and of the last pages of lists."""
    last = f"&offset={IssuePage.objects.count() - 20}"
    return [
        _case(
            "tag",
            "20 issues of a tag",
            f"{ISSUES}?tag=topic-5",
            f"{V2_LIST}&tags=topic 5",
            f"{V3_LIST}&tags=topic 5",
        ),
        _case(
            "last", "the last page, by the cursor", last_page(get), V2_LIST + last, V3_LIST + last
        ),
        _case(
            "oldest",
            "the last page, as the first of order=date",
            f"{ISSUES}?order=date",
            V2_LIST + last,
            V3_LIST + last,
        ),
    ]


def others() -> list[Case]:
    """Return cases of the other endpoints, feeds and pages."""
    return [Case(name, text, {OURS: [url]}) for name, (text, url) in OTHERS.items()]


def _with_bodies(one: int, newest: list[int]) -> list[Case]:
    ours, v2, v3 = f"{ISSUES}{one}/", f"/api/v2/pages/{one}/?fields=*", f"/api/v3/pages/{one}/"
    bodies, v2_bodies = f"{ISSUES}?include=body", f"{V2_LIST},body"
    details = [f"/api/v3/pages/{pk}/" for pk in newest]
    html_details = [f"{url}?{HTML}" for url in details]
    return [
        _case("detail", "one issue", ours, v2, v3),
        _case("detail-html", "the same, links resolved", ours, f"{v2}&{HTML}", f"{v3}?{HTML}"),
        _case("bodies", "20 issues with bodies", bodies, v2_bodies, V3_LIST, *details),
        _case(
            "bodies-html",
            "the same, links resolved",
            bodies,
            f"{v2_bodies}&{HTML}",
            V3_LIST,
            *html_details,
        ),
    ]


def _case(name: str, text: str, ours: str, v2: str, *v3: str) -> Case:
    return Case(name, text, {OURS: [ours], V2: [v2], V3: list(v3)})


def last_page(get: Callable[[str], Any]) -> str:
    """Return the URL of the last page, by following ``next`` from the first one."""
    url = _follow(get, f"{ISSUES}?limit=100")
    return _follow(get, url.replace("limit=100", "limit=20"))


def _follow(get: Callable[[str], Any], url: str) -> str:
    while following := get(url)["next"]:
        url = following.removeprefix("http://localhost")
    return url
