"""Issues at a glance: what the listing shows of each, and to whom."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.admin.desk import make_user, redraft
from tests.builders import body, make_digest, make_image, make_issue, story

pytestmark = pytest.mark.django_db
URL = "/admin/digest/issues/"


@pytest.fixture
def show(admin_client):
    """The issues that the listing shows, in its order."""

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
    glance = show()[0].glance
    assert (glance.date, glance.number) == (datetime.date(2026, 4, 14), 1)
    assert (glance.stories, glance.tags) == (2, ["AI", "Power"])
    assert glance.words == show()[0].word_count > 5
    html = admin_client.get(URL).content.decode()
    assert "April 14, 2026" in html
    assert "AI, Power" in html
    assert reverse("wagtailadmin_explore", args=[digest.pk]) in html


def test_draft_ahead_of_its_row_is_shown_as_its_editor_left_it(show, digest):
    issue = make_issue(digest, 14, title="Before", tags=("AI",))
    text = body(story("A"), story("B"), story("C"), summary="Four five.")
    draft = {"title": "After", "number": 7, "date": datetime.date(2026, 4, 20), "body": text}
    redraft(issue, tags=("Power",), **draft)
    shown = show()[0]
    assert titles([shown]) == ["After"]
    assert shown.glance.date == datetime.date(2026, 4, 20)
    assert (shown.glance.number, shown.glance.stories) == (7, 3)
    assert shown.glance.tags == ["Power"]
    before = shown.word_count
    draft = issue.get_latest_revision_as_object()
    draft.save()  # which counts the words
    assert shown.glance.words == draft.word_count != before


def test_words_of_each_draft_are_its_own(show, digest):
    for day, stories in ((14, 1), (15, 3)):
        issue = make_issue(digest, day, publish=False)
        redraft(issue, body=body(*(story(body="<p>word</p>") for _ in range(stories))))
    words = [issue.glance.words for issue in show()]
    per_story = (words[0] - words[1]) / 2
    assert per_story == 5  # "A story", "word", "It counts."


def test_draft_that_cannot_be_read_does_not_break_the_listing(show, digest):
    issue = make_issue(digest, 14, publish=False)
    content = issue.latest_revision.content | {"body": '[{"type": "story_section"}, 5]'}
    type(issue.latest_revision).objects.filter(pk=issue.latest_revision_id).update(content=content)
    make_issue(digest, 15)
    assert [issue.glance.stories for issue in show()] == [1, 0]


def count_queries(client):
    client.get(URL)  # fills what is cached
    with CaptureQueriesContext(connection) as queries:
        client.get(URL)
    return len(queries)


def test_listing_takes_as_many_queries_for_twenty_issues_as_for_one_of_each(admin_client, digest):
    picture = {"image": make_image().pk, "decorative": False, "alt_text": "A pylon"}
    pictured = body(story(image=picture), story(image=picture))
    redraft(make_issue(digest, 1, tags=("AI",)), body=pictured)
    make_issue(digest, 2, tags=("Power",))
    few = count_queries(admin_client)
    for day in range(3, 21):
        issue = make_issue(digest, day, publish=day % 2, tags=("AI", f"Tag {day}"))
        if day % 3:
            redraft(issue, tags=("AI", "Power"), body=pictured)
    assert count_queries(admin_client) == few


def test_user_sees_the_issues_that_the_explorer_shows(show, client, digest, home_page):
    weekly = make_digest(home_page, "weekly")
    make_issue(digest, 14, title="Theirs")
    make_issue(weekly, 15, title="Not theirs")
    client.force_login(make_user("writer", digest, "add"))
    assert titles(show(client)) == ["Theirs"]


def test_user_without_a_page_permission_is_refused(client, digest):
    client.force_login(make_user("nobody"))
    response = client.get(URL)
    assert (response.status_code, response.url) == (302, "/admin/")


def test_new_issue_is_offered_to_who_may_add_one(admin_client, client, digest):
    choose = reverse("digest_issues:choose_parent")
    assert choose in admin_client.get(URL).content.decode()
    client.force_login(make_user("publisher", digest, "publish"))
    assert choose not in client.get(URL).content.decode()


def test_new_issue_asks_for_the_digest_where_there_are_several(admin_client, digest, home_page):
    choose = reverse("digest_issues:choose_parent")
    add = reverse("wagtailadmin_pages:add", args=["digest", "issuepage", digest.pk])
    assert admin_client.get(choose).url == add
    make_digest(home_page, "weekly")
    assert "Choose the digest" in admin_client.get(choose).content.decode()
    assert admin_client.post(choose, {"parent_page": digest.pk}).url == add


def test_alias_is_marked(show, admin_client, digest, home_page):
    issue = make_issue(digest, 14)
    assert ">Alias<" not in admin_client.get(URL).content.decode()
    issue.create_alias(parent=make_digest(home_page, "weekly"), update_slug="same")
    assert "Alias" in admin_client.get(URL).content.decode()
    assert [shown.glance.number for shown in show()] == [1, 1]


def test_rows_have_the_actions_of_pages_and_bulk_actions(admin_client, digest):
    issue = make_issue(digest, 14)
    html = admin_client.get(URL).content.decode()
    assert reverse("wagtailadmin_pages:edit", args=[issue.pk]) in html
    assert reverse("wagtailadmin_pages:history", args=[issue.pk]) in html
    assert "data-bulk-action-checkbox" in html
    assert f'href="{issue.url}"' in html


def test_locale_is_shown_where_the_site_has_several(admin_client, digest, settings):
    make_issue(digest, 14)
    assert "w-status--label" not in admin_client.get(URL).content.decode()
    settings.WAGTAIL_I18N_ENABLED = True
    html = admin_client.get(URL).content.decode()
    assert "English" in html[html.index("w-status--label") :][:200]


def test_explorer_shows_the_same_columns_below_a_digest(admin_client, digest):
    redraft(make_issue(digest, 14, tags=("AI",)), date=datetime.date(2026, 4, 20))
    response = admin_client.get(reverse("wagtailadmin_explore", args=[digest.pk]))
    html = response.content.decode()
    assert "April 20, 2026" in html
    assert "Live with changes" in html
    assert "Updated" in html


@pytest.mark.wagtail_indexes
@pytest.mark.parametrize("ordering", ["drafted_date", "-drafted_number", "title", "ord", "x"])
@pytest.mark.parametrize("query", ["", "Issue"])
def test_explorer_sorts_and_searches(admin_client, digest, ordering, query):
    make_issue(digest, 14)
    url = reverse("wagtailadmin_explore", args=[digest.pk])
    response = admin_client.get(url, {"ordering": ordering, "q": query})
    assert len(response.context["object_list"]) == 1
