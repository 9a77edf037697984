import pytest

from digest.pages.stories import Story
from tests.builders import body, make_digest, make_image, make_issue, restrict, source, story

pytestmark = pytest.mark.django_db


def headings(data):
    return [story["heading"] for story in data["results"]]


@pytest.fixture
def issues(digest):
    """Two issues with two stories each, the newer one last."""
    old = make_issue(digest, 13, tags=("Power",), body=body(story("Old one"), story("Old two")))
    new = make_issue(digest, 14, tags=("Space",), body=body(story("New one"), story("New two")))
    return old, new


def test_story_is_complete(digest, get):
    image = {"image": make_image().pk, "alt_text": "A pylon", "decorative": False}
    raw = story("Grids agree", image=image, sources=[source(title="A report")])
    issue = make_issue(digest, 14, body=body(raw))
    data = get(f"stories/{raw['id']}/")
    assert data["type"] == "story"
    assert data["url"] == f"{issue.full_url}#grids-agree"
    assert data["api_url"] == f"http://testserver/api/v1/stories/{raw['id']}/"
    assert data["body"] == "<p>It happened.</p>"
    assert data["image"]["alt"] == "A pylon"
    assert data["sources"][0]["title"] == "A report"
    assert (data["issue"]["id"], data["digest"]["slug"]) == (issue.pk, "daily")
    in_the_issue = get(f"issues/{issue.pk}/")["body"][1]["value"]
    assert in_the_issue.items() <= data.items()


def test_list_is_newest_first_in_the_order_of_each_issue(issues, get):
    assert headings(get("stories/")) == ["New one", "New two", "Old one", "Old two"]
    assert headings(get("stories/?order=date")) == ["Old one", "Old two", "New one", "New two"]


@pytest.mark.parametrize("order", ["date", "-date"])
def test_pages_contain_each_story_once_in_both_directions(issues, get, order):
    whole = headings(get(f"stories/?order={order}"))
    pages = [get(f"stories/?order={order}&limit=1&count=true")]
    while pages[-1]["next"]:
        pages.append(get(pages[-1]["next"]))
    assert [headings(page) for page in pages] == [[heading] for heading in whole]
    assert pages[0]["count"] == 4
    assert headings(get(pages[2]["previous"])) == [whole[1]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("tag=power", ["Old one", "Old two"]),
        ("date_from=2026-04-14", ["New one", "New two"]),
        ("digest=weekly", []),
        pytest.param("q=OLD", ["Old one", "Old two"], marks=pytest.mark.optional_apps),
        pytest.param("q=two", ["New two", "Old two"], marks=pytest.mark.optional_apps),
        pytest.param("q=issue", [], marks=pytest.mark.optional_apps),
    ],
)
def test_filters_are_those_of_issues(issues, get, query, expected):
    assert headings(get(f"stories/?{query}")) == expected


def test_story_of_a_hidden_issue_is_not_returned(issues, get):
    old, new = issues
    block_id = old.stories[0].id
    restrict(old)
    assert headings(get("stories/")) == ["New one", "New two"]
    get(f"stories/{block_id}/", 404)
    new.unpublish()
    assert headings(get("stories/")) == []


def test_fields_and_rich_text_are_supported(issues, get):
    [first, *_rest] = get("stories/?fields=heading,body&rich_text=text")["results"]
    assert first == {"heading": "New one", "body": "It happened."}


def test_original_is_preferred_to_its_alias(issues, home_page, get):
    old, _new = issues
    old.create_alias(parent=make_digest(home_page, "weekly"))
    assert get(f"stories/{old.stories[0].id}/")["issue"]["id"] == old.pk
    assert len(get("stories/")["results"]) == 6


def test_number_of_queries_is_constant(digest, client, django_assert_num_queries):
    image = {"image": make_image().pk, "alt_text": "x", "decorative": False}
    make_issue(digest, 1, body=body(story(image=image)))
    client.get("/api/v1/stories/")
    with django_assert_num_queries(10):
        client.get("/api/v1/stories/")
    for day in range(2, 9):
        make_issue(digest, day, body=body(story(image=image), story()))
    with django_assert_num_queries(10):
        client.get("/api/v1/stories/")


@pytest.mark.parametrize(("name", "value"), [("sources", 5), ("image", "an image")])
def test_story_with_a_corrupt_row_is_left_out(issues, get, name, value):
    broken = Story.objects.get(heading="Old one")
    broken.value[name] = value
    broken.save()
    assert headings(get("stories/")) == ["New one", "New two", "Old two"]
    get(f"stories/{broken.block_id}/", 404)
