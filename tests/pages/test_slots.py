"""What apps add to the slots of readers' pages."""

import pytest
from django.template import engines
from django.test import RequestFactory

from digest.registry import Slot, registry
from tests.builders import block, body, make_issue, story
from tests.html import read

pytestmark = pytest.mark.django_db


def title_of(page, request):
    """Return the context of ``added.html`` for a page."""
    return {"title": page.title, "path": request.path}


def nothing(page, request):
    """Render nothing."""


@pytest.fixture
def add(monkeypatch, settings, tmp_path):
    """Return a function that adds ``added.html`` with a function's context to a slot."""
    monkeypatch.setattr(registry, "slots", registry.slots.copy())
    registry.slots.clear()
    template = '<p class="added">{{ title }} at {{ path }}{{ user }}{{ request }}{{ digest }}</p>'
    (tmp_path / "added.html").write_text(template)
    folders = [tmp_path, *settings.TEMPLATES[0]["DIRS"]]
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": folders}]

    def add(slot, function):
        name = f"{__name__}.{function.__name__}"
        registry.slots[slot].append(Slot("added.html", name))

    return add


def added(client, url):
    return [element.get_text() for element in read(client, url).select(".added")]


def test_digest_page_has_a_slot_before_its_issues(client, digest, add):
    make_issue(digest)
    add("digest", title_of)
    assert added(client, digest.url) == ["Daily at /daily/"]
    [element] = read(client, digest.url).select(".added")
    assert element.find_next("article")


def test_issue_page_has_a_slot_after_its_last_block(client, digest, add):
    end = block("bottom_line", text="<p>All is said.</p>")
    issue = make_issue(digest, title="Grids", body=body(story(), end))
    add("issue", title_of)
    assert added(client, issue.url) == [f"Grids at {issue.url}"]
    [element] = read(client, issue.url).select(".added")
    assert "All is said." in element.find_previous("article").get_text()


def test_issue_page_has_a_slot_between_its_summary_and_its_contents(client, digest, add):
    issue = make_issue(digest, title="Grids", body=body(story("One"), story("Two")))
    add("summary", title_of)
    assert added(client, issue.url) == [f"Grids at {issue.url}"]
    [element] = read(client, issue.url).select(".added")
    assert element.find_previous(class_="digest-summary")
    assert element.find_next(class_="digest-contents")


def test_front_page_has_a_slot_after_the_latest_issue(client, home_page, digest, add):
    make_issue(digest, 13, title="Earlier")
    make_issue(digest, 14, title="Latest")
    add("front_page", title_of)
    assert added(client, "/") == [f"{home_page.title} at /"]
    [element] = read(client, "/").select(".added")
    assert "Latest" in element.find_previous("article").get_text()
    assert "Earlier" in element.find_next("article").get_text()


def test_apps_are_rendered_in_their_order(client, digest, add):
    for function in (title_of, nothing, title_of):
        add("digest", function)
    assert len(added(client, digest.url)) == 2


def test_slot_of_a_page_is_not_on_another_one(client, digest, add):
    add("digest", title_of)
    assert added(client, make_issue(digest).url) == []


def test_slot_has_nothing_of_the_visitor(admin_client, digest, add):
    add("digest", title_of)
    assert added(admin_client, digest.url) == ["Daily at /daily/"]


def test_page_with_a_slot_is_public(client, digest, add):
    add("digest", title_of)
    assert "public" in client.get(digest.url).headers["Cache-Control"]


def test_empty_slot_costs_no_query(digest, add, django_assert_num_queries):
    request = RequestFactory().get("/")
    text = "{% load digest_tags %}{% slot 'digest' %}"
    with django_assert_num_queries(0):
        assert engines["django"].from_string(text).render({"page": digest}, request) == ""
    assert "digest" not in registry.slots
