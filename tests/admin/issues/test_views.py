"""Columns and permissions of the issue listing."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.admin.helpers import make_user, save_draft
from tests.builders import body, make_digest, make_image, make_issue, story

pytestmark = pytest.mark.django_db
URL = "/admin/digest/issues/"


@pytest.fixture
def show(admin_client):
    """Return the listed issues in order."""

    def show(client=admin_client, **query):
        response = client.get(URL, query)
        assert response.status_code == 200
        response.render()
        return list(response.context["object_list"])

    return show


def titles(issues):
    return [issue.get_admin_display_title() for issue in issues]


def test_issues_of_all_digests_are_listed_newest_first(show, digest, home_page):
    weekly = make_digest(home_page, "weekly")
    make_issue(digest, 14, title="Old")
    make_issue(weekly, 16, title="New")
    make_issue(digest, 15, title="Between", publish=False)
    assert titles(show()) == ["New", "Between", "Old"]


def test_row_shows_date_number_stories_words_tags_and_digest(show, admin_client, digest):
    text = body(story(body="<p>One two three.</p>"), story(), summary="Four five.")
    make_issue(digest, 14, body=text, tags=("Power", "AI"))
    values = show()[0].column_values
    assert (values.date, values.number) == (datetime.date(2026, 4, 14), 1)
    assert (values.stories, values.tags) == (2, ["AI", "Power"])
    assert values.words == show()[0].word_count > 5
    html = admin_client.get(URL).content.decode()
    assert "Tue 14 Apr 2026" in html
    assert "AI, Power" in html
    assert reverse("wagtailadmin_explore", args=[digest.pk]) in html


def test_issue_with_unpublished_changes_shows_the_latest_draft(show, digest):
    issue = make_issue(digest, 14, title="Before", tags=("AI",))
    text = body(story("A"), story("B"), story("C"), summary="Four five.")
    draft = {"title": "After", "number": 7, "date": datetime.date(2026, 4, 20), "body": text}
    save_draft(issue, tags=("Power",), **draft)
    shown = show()[0]
    assert titles([shown]) == ["After"]
    assert shown.column_values.date == datetime.date(2026, 4, 20)
    assert (shown.column_values.number, shown.column_values.stories) == (7, 3)
    assert shown.column_values.tags == ["Power"]
    before = shown.word_count
    draft = issue.get_latest_revision_as_object()
    draft.save()  # updates word_count
    assert shown.column_values.words == draft.word_count != before


def test_words_are_counted_per_draft(show, digest):
    for day, stories in ((14, 1), (15, 3)):
        issue = make_issue(digest, day, publish=False)
        save_draft(issue, body=body(*(story(body="<p>word</p>") for _ in range(stories))))
    words = [issue.column_values.words for issue in show()]
    per_story = (words[0] - words[1]) / 2
    assert per_story == 5  # "A story", "word", "It counts."


def test_unreadable_draft_does_not_break_the_listing(show, digest):
    issue = make_issue(digest, 14, publish=False)
    content = issue.latest_revision.content | {"body": '[{"type": "story_section"}, 5]'}
    type(issue.latest_revision).objects.filter(pk=issue.latest_revision_id).update(content=content)
    make_issue(digest, 15)
    assert [issue.column_values.stories for issue in show()] == [1, 0]


def count_queries(client):
    client.get(URL)  # warms caches
    with CaptureQueriesContext(connection) as queries:
        client.get(URL)
    return len(queries)


def test_query_count_does_not_depend_on_the_number_of_issues(admin_client, digest):
    image = {"image": make_image().pk, "decorative": False, "alt_text": "A pylon"}
    with_images = body(story(image=image), story(image=image))
    save_draft(make_issue(digest, 1, tags=("AI",)), body=with_images)
    make_issue(digest, 2, tags=("Power",))
    few = count_queries(admin_client)
    for day in range(3, 21):
        issue = make_issue(digest, day, publish=day % 2, tags=("AI", f"Tag {day}"))
        if day % 3:
            save_draft(issue, tags=("AI", "Power"), body=with_images)
    assert count_queries(admin_client) == few


def test_listing_shows_the_issues_that_the_user_can_explore(show, client, digest, home_page):
    weekly = make_digest(home_page, "weekly")
    make_issue(digest, 14, title="Theirs")
    make_issue(weekly, 15, title="Not theirs")
    client.force_login(make_user("writer", digest, "add"))
    assert titles(show(client)) == ["Theirs"]


def test_listing_requires_a_page_permission(client, digest):
    client.force_login(make_user("nobody"))
    response = client.get(URL)
    assert (response.status_code, response.url) == (302, "/admin/")


def test_new_issue_link_requires_the_add_permission(admin_client, client, digest):
    choose = reverse("digest_issues:choose_parent")
    assert choose in admin_client.get(URL).content.decode()
    client.force_login(make_user("publisher", digest, "publish"))
    assert choose not in client.get(URL).content.decode()


def test_digest_of_a_new_issue_is_chosen_if_there_are_several(admin_client, digest, home_page):
    choose = reverse("digest_issues:choose_parent")
    add = reverse("wagtailadmin_pages:add", args=["digest", "issuepage", digest.pk])
    assert admin_client.get(choose).url == add
    make_digest(home_page, "weekly")
    assert "Choose the digest" in admin_client.get(choose).content.decode()
    assert admin_client.post(choose, {"parent_page": digest.pk}).url == add


def test_alias_has_a_label(show, admin_client, digest, home_page):
    issue = make_issue(digest, 14)
    assert ">Alias<" not in admin_client.get(URL).content.decode()
    issue.create_alias(parent=make_digest(home_page, "weekly"), update_slug="same")
    assert "Alias" in admin_client.get(URL).content.decode()
    assert [shown.column_values.number for shown in show()] == [1, 1]


def test_rows_have_the_actions_of_pages_and_bulk_actions(admin_client, digest):
    issue = make_issue(digest, 14)
    html = admin_client.get(URL).content.decode()
    assert reverse("wagtailadmin_pages:edit", args=[issue.pk]) in html
    assert reverse("wagtailadmin_pages:history", args=[issue.pk]) in html
    assert "data-bulk-action-checkbox" in html
    assert f'href="{issue.url}"' in html


def test_locale_is_shown_if_i18n_is_enabled(admin_client, digest, settings):
    make_issue(digest, 14)
    assert "w-status--label" not in admin_client.get(URL).content.decode()
    settings.WAGTAIL_I18N_ENABLED = True
    html = admin_client.get(URL).content.decode()
    assert "English" in html[html.index("w-status--label") :][:200]


def test_explorer_shows_the_same_columns_below_a_digest(admin_client, digest):
    save_draft(make_issue(digest, 14, tags=("AI",)), date=datetime.date(2026, 4, 20))
    response = admin_client.get(reverse("wagtailadmin_explore", args=[digest.pk]))
    html = response.content.decode()
    assert "Mon 20 Apr 2026" in html
    assert "Live with changes" in html
    assert "Updated" in html


@pytest.mark.wagtail_indexes
@pytest.mark.parametrize("ordering", ["draft_date", "-draft_number", "title", "ord", "x"])
@pytest.mark.parametrize("query", ["", "Issue"])
def test_explorer_sorts_and_searches(admin_client, digest, ordering, query):
    make_issue(digest, 14)
    url = reverse("wagtailadmin_explore", args=[digest.pk])
    response = admin_client.get(url, {"ordering": ordering, "q": query})
    assert len(response.context["object_list"]) == 1
