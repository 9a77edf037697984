"""Filters of the search page: links that add and remove them."""

from datetime import date

import pytest

from tests.builders import make_digest, make_issue, restrict
from tests.html import texts
from tests.site.search.reading import follow, search, text_of, titles

pytestmark = pytest.mark.django_db


@pytest.fixture
def issues(digest):
    """Make three issues about zebras: in two digests and two years, with tags that differ."""
    weekly = make_digest(digest.get_parent(), "weekly")
    make_issue(digest, date(2025, 12, 31), title="Zebra 1", tags=("Power",))
    make_issue(digest, date(2026, 4, 2), title="Zebra 2", tags=("Power", "Open data"))
    make_issue(weekly, date(2026, 4, 3), title="Zebra 3", tags=("Open data", "Rain"))
    make_issue(weekly, date(2026, 4, 4), title="Other", tags=("Snow",))


def available(page):
    """Return the available filters of a page, each with its number of results."""
    return dict(text.rsplit(" ", 1) for text in texts(page, ".digest-facets li"))


def choose(client, page, label):
    return follow(client, page.select_one(".digest-facets").find("a", string=label))


def test_filters_have_their_number_of_results(client, issues):
    assert available(search(client, "zebra")) == {
        "Daily": "2",
        "Weekly": "1",
        "2026": "2",
        "2025": "1",
        "Power": "2",
        "Open data": "2",
        "Rain": "1",
    }


@pytest.mark.parametrize("label", ["Daily", "Weekly", "2026", "2025", "Power", "Open data", "Rain"])
def test_filter_leaves_its_number_of_results(client, issues, label):
    page = search(client, "zebra")
    filtered = choose(client, page, label)
    assert len(titles(filtered)) == int(available(page)[label])
    assert label not in available(filtered)


def test_filters_can_be_combined_and_removed(client, issues):
    page = choose(client, choose(client, search(client, "zebra"), "Power"), "Open data")
    assert titles(page) == ["Zebra 2"]
    removal = page.select_one(".digest-chosen a")
    assert " ".join(removal.get_text().split()) == "Remove the filter Power ×"
    left = follow(client, removal)
    assert sorted(titles(left)) == ["Zebra 2", "Zebra 3"]
    assert texts(left, ".digest-chosen a") == ["Remove the filter Open data ×"]


def test_value_of_all_results_is_no_filter(client, issues):
    page = search(client, "zebra", year=2025)
    assert titles(page) == ["Zebra 1"]
    assert not page.select(".digest-facets")


def test_filter_links_to_the_first_page_in_the_same_order(client, issues, settings):
    settings.DIGEST_ISSUES_PER_PAGE = 1
    page = choose(client, search(client, "zebra", page=2, order="newest"), "Open data")
    assert titles(page) == ["Zebra 3"]
    assert texts(page, ".digest-order [aria-current]") == ["Newest first"]


@pytest.mark.parametrize("name", ["tag", "digest", "year"])
@pytest.mark.parametrize("value", ["", "nowhere", "\0", "0000", "²⁰²⁶", "-1", "%", "x" * 5000])
def test_invalid_filter_is_ignored(client, issues, name, value):
    page = search(client, "zebra", **{name: value})
    assert (len(titles(page)), page.select(".digest-chosen")) == (3, [])


def test_number_of_tags_is_limited(client, issues):
    page = search(client, "zebra", tag=["power", *(f"tag-{n}" for n in range(1000))])
    assert texts(page, ".digest-chosen a") == ["Remove the filter Power ×"]


def test_hidden_digest_is_no_filter(client, issues, digest):
    hidden = make_digest(digest.get_parent(), "hidden")
    make_issue(hidden, 20, title="Zebra 4")
    hidden.unpublish()
    assert "Hidden" not in available(search(client, "zebra"))
    assert len(titles(search(client, "zebra", digest="hidden"))) == 4


def test_private_issues_are_not_counted(client, issues, digest):
    before = search(client, "zebra")
    private = make_digest(digest.get_parent(), "private")
    restrict(private)
    make_issue(private, date(2026, 4, 5), title="Zebra 4", tags=("Power", "Secret"))
    after = search(client, "zebra")
    assert available(after) == available(before)
    assert text_of(after) == text_of(before)


def test_tag_without_a_slug_is_not_available(client, issues, digest):
    make_issue(digest, date(2026, 4, 6), title="Zebra 4", tags=("🚀",))
    assert "🚀" not in available(search(client, "zebra"))
