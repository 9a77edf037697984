"""What is asked: the same question put to each API, in its own words, and in which ways."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from digest.models import IssuePage

OURS, V2, V3 = "this API", "Wagtail v2", "Wagtail v3"
ISSUES = "/api/v1/issues/"
V2_LIST = "/api/v2/pages/?type=digest.IssuePage&order=-date&limit=20&fields=date,summary,tags,image"
# It takes no `fields`: its lists hold titles, slugs and addresses alone.
V3_LIST = "/api/v3/pages/?type=digest.IssuePage&order=-date&limit=20"
HTML = "rich_text_format=html"


@dataclass
class Question:
    """A question, and the requests with which each API answers it: one, or as many as it takes."""

    name: str
    text: str
    requests: dict[str, list[str]]


def questions(get: Callable[[str], Any]) -> list[Question]:
    """All questions, for the database in use; ``get`` asks the API and returns its JSON."""
    return [*first_pages(), *far_pages(get)]


def first_pages() -> list[Question]:
    """One issue, the first pages of lists, and what Wagtail's APIs have no answer to."""
    newest = list(IssuePage.objects.order_by("-date", "-pk").values_list("pk", flat=True))
    return [
        *_with_bodies(newest[len(newest) // 2], newest[:20]),
        _of_all("list", "20 issues without bodies", ISSUES, V2_LIST, V3_LIST),
        Question("search", "a search for a word", {OURS: ["/api/v1/search/?q=topic"]}),
        Question("feed", "a feed", {OURS: ["/feeds/daily/rss.xml"]}),
    ]


def far_pages(get: Callable[[str], Any]) -> list[Question]:
    """Lists that are cut out of all issues: those of a tag, and the last pages."""
    last = f"&offset={IssuePage.objects.count() - 20}"
    return [
        _of_all(
            "tag",
            "20 issues of a tag",
            f"{ISSUES}?tag=topic-5",
            f"{V2_LIST}&tags=topic 5",
            f"{V3_LIST}&tags=topic 5",
        ),
        _of_all(
            "last", "the last page, by the cursor", last_page(get), V2_LIST + last, V3_LIST + last
        ),
        _of_all(
            "oldest",
            "the last page, as the first of order=date",
            f"{ISSUES}?order=date",
            V2_LIST + last,
            V3_LIST + last,
        ),
    ]


def _with_bodies(one: int, newest: list[int]) -> list[Question]:
    ours, v2, v3 = f"{ISSUES}{one}/", f"/api/v2/pages/{one}/?fields=*", f"/api/v3/pages/{one}/"
    bodies, v2_bodies = f"{ISSUES}?include=body", f"{V2_LIST},body"
    details = [f"/api/v3/pages/{pk}/" for pk in newest]
    html_details = [f"{address}?{HTML}" for address in details]
    return [
        _of_all("detail", "one issue", ours, v2, v3),
        _of_all("detail-html", "the same, links resolved", ours, f"{v2}&{HTML}", f"{v3}?{HTML}"),
        _of_all("bodies", "20 issues with bodies", bodies, v2_bodies, V3_LIST, *details),
        _of_all(
            "bodies-html",
            "the same, links resolved",
            bodies,
            f"{v2_bodies}&{HTML}",
            V3_LIST,
            *html_details,
        ),
    ]


def _of_all(name: str, text: str, ours: str, v2: str, *v3: str) -> Question:
    return Question(name, text, {OURS: [ours], V2: [v2], V3: list(v3)})


def last_page(get: Callable[[str], Any]) -> str:
    """Where a reader ends who follows ``next`` from the first page to the last one."""
    address = _follow(get, f"{ISSUES}?limit=100")
    return _follow(get, address.replace("limit=100", "limit=20"))


def _follow(get: Callable[[str], Any], address: str) -> str:
    while following := get(address)["next"]:
        address = following.removeprefix("http://localhost")
    return address
