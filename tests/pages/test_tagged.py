"""Issues with tags are the same by both queries: for a frequent tag and for a rare one."""

from datetime import date, timedelta

import pytest
from taggit.models import Tag

from digest.models import IssuePage
from digest.pages import listing
from digest.pages.listing import latest_first, related_issues, tagged
from tests.builders import make_digest, make_issue

pytestmark = pytest.mark.django_db
TAGS = [(), ("Trams",), ("Ferries",), ("Trams", "Ferries"), ("Power",), ("Trams", "Power")]


@pytest.fixture(params=[0, 500], ids=["frequent", "rare"], autouse=True)
def _limit(request, monkeypatch):
    monkeypatch.setattr(listing, "MAX_USES", request.param)


@pytest.fixture
def issues(digest):
    first = date(2026, 3, 1)
    return [
        make_issue(digest, first + timedelta(days=day), tags=tags) for day, tags in enumerate(TAGS)
    ]


def dates(response, name="results"):
    return [issue["date"] for issue in response.json()[name]]


def days(*numbers):
    return [f"2026-03-{number:02}" for number in numbers]


@pytest.mark.parametrize(
    ("names", "numbers"),
    [
        ((), []),
        (("Trams",), [1, 3, 5]),
        (("Power",), [4, 5]),
        (("Trams", "Ferries"), [1, 2, 3, 5]),
        (("Trams", "Ferries", "Power"), [1, 2, 3, 4, 5]),
    ],
)
def test_issues_with_one_of_the_tags(issues, names, numbers):
    pks = [Tag.objects.get(name=name).pk for name in names]
    expected = [issues[number] for number in reversed(numbers)]
    found = latest_first(tagged(IssuePage.objects.all(), pks))
    assert list(found) == expected
    assert tagged(IssuePage.objects.all(), pks, are_counted=True).count() == len(expected)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("tag=trams", days(6, 4, 2)),
        ("tag=trams,power", days(6, 5, 4, 2)),
        ("tag_all=trams,ferries", days(4)),
        ("tag=ferries&tag_all=trams", days(4)),
        ("tag=unknown", []),
        ("tag=trams&order=date&limit=2", days(2, 4)),
    ],
)
def test_lists_of_the_api(client, issues, query, expected):
    response = client.get(f"/api/v1/issues/?{query}&count=true")
    assert dates(response) == expected
    assert response.json()["count"] == len(expected) + ("limit" in query)


def test_pages_and_feeds(client, issues, home_page):
    make_issue(make_digest(home_page, "other"), date(2026, 3, 9), tags=("Trams",))
    page = client.get("/tags/trams/")
    assert [issue.date.day for issue in page.context["issues"]] == [9, 6, 4, 2]
    feed = client.get("/feeds/daily/tags/trams/feed.json")
    assert [item["url"][-11:-1] for item in feed.json()["items"]] == days(6, 4, 2)
    assert [issue.date.day for issue in related_issues(issues[3])] == [9, 6, 3]
