"""The panel on the admin's front page: the next issue of each digest, and what it still needs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from digest.admin.home import NextIssuesPanel
from digest.checklist.findings import Level
from digest.checklist.run import find
from tests.admin.desk import make_user, redraft, schedule, submit
from tests.builders import body, make_digest, make_issue, story

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def outlook(rf, admin_user):
    """What the panel says of the first digest."""

    def outlook(user=admin_user):
        request = rf.get("/admin/")
        request.user = user
        return NextIssuesPanel().get_context_data({"request": request})["outlooks"][0]

    return outlook


def panel(client):
    """The panel's part of the front page, its words one space apart."""
    html = client.get("/admin/").content.decode()
    start = html.find('id="next-issues-section"')
    return " ".join(html[start : html.index("All issues", start) + 30].split()) if start > 0 else ""


def test_next_issue_is_the_nearest_that_is_not_out_yet(outlook, digest):
    make_issue(digest, TODAY() - timedelta(days=1), publish=False)
    make_issue(digest, TODAY(), title="Out already")
    make_issue(digest, TODAY() + timedelta(days=9), publish=False)
    moved = make_issue(digest, TODAY() - timedelta(days=9), publish=False)
    redraft(moved, date=TODAY() + timedelta(days=2))
    assert outlook().next.issue.pk == moved.pk


def test_draft_that_expired_is_not_next(outlook, digest):
    make_issue(digest, TODAY()).unpublish(set_expired=True)
    assert outlook().next is None


def test_without_a_next_issue_a_new_one_is_a_click_away(admin_client, digest):
    html = panel(admin_client)
    assert "There is no next issue yet." in html
    assert reverse("wagtailadmin_pages:add", args=["digest", "issuepage", digest.pk]) in html


def test_what_is_missing_is_told_line_by_line(outlook, admin_client, digest):
    text = body(story("", why_it_matters=""), summary="")
    issue = make_issue(digest, TODAY(), publish=False, body=text)
    missing = outlook().next.missing
    assert "Headline 1, Summary: This field is required." in missing
    assert "Story 2, Heading: This field is required." in missing
    html = panel(admin_client)
    assert missing[0] in html
    assert reverse("wagtailadmin_pages:edit", args=[issue.pk]) in html


def test_wrong_field_is_named(outlook, digest):
    redraft(make_issue(digest, TODAY(), publish=False), title="")
    assert outlook().next.missing == ["Title: This field cannot be blank."]


def test_warnings_of_the_checklist_are_counted_with_a_way_there(outlook, admin_client, digest):
    issue = make_issue(digest, TODAY(), publish=False)
    warnings = find(issue.get_latest_revision_as_object(), [Level.WARNING])
    assert [found.path for found in outlook().next.warnings] == [found.path for found in warnings]
    html = panel(admin_client)
    edit = reverse("wagtailadmin_pages:edit", args=[issue.pk])
    assert f'href="{edit}#digest-field={warnings[0].path}"' in html
    assert f">{len(warnings)} warning" in html


def test_many_missing_lines_are_cut_short(outlook, admin_client, digest):
    make_issue(digest, TODAY(), publish=False, body=body(*(story("") for _ in range(7))))
    assert len(outlook().next.missing) == 7
    assert "and 3 more" in panel(admin_client)


def test_complete_issue_is_said_to_be_so(admin_client, digest):
    make_issue(digest, TODAY(), publish=False)
    assert "Nothing is missing" in panel(admin_client)


def test_body_that_cannot_be_read_does_not_take_the_front_page_down(admin_client, digest):
    issue = make_issue(digest, TODAY(), publish=False)
    content = issue.latest_revision.content | {"body": '[{"type": "story_section"}]'}
    type(issue.latest_revision).objects.filter(pk=issue.latest_revision_id).update(content=content)
    assert "Missing before it can be published" in panel(admin_client)


def test_scheduled_issue_has_the_time_of_the_users_zone(admin_client, admin_user, digest):
    issue = schedule(make_issue(digest, TODAY() + timedelta(days=1), publish=False))
    UserProfile.objects.create(user=admin_user, current_time_zone="Asia/Tokyo")
    at = issue.get_latest_revision_as_object().go_live_at
    with timezone.override("Asia/Tokyo"):
        local = timezone.localtime(at)
    html = panel(admin_client)
    assert "Scheduled:" in html
    assert f"{local:%m/%d/%Y} {local.hour % 12 or 12}" in html


def test_what_waits_for_review_is_listed(admin_client, admin_user, digest):
    assert "Waiting for review" not in panel(admin_client)
    submit(make_issue(digest, TODAY(), publish=False, title="To be read"), admin_user)
    assert panel(admin_client).count("To be read") == 2  # it is the next issue, too


def test_panel_is_for_those_who_write(client, digest, home_page):
    client.force_login(make_user("nobody"))
    assert panel(client) == ""
    weekly = make_digest(home_page, "weekly")
    client.force_login(make_user("writer", weekly, "add"))
    html = panel(client)
    assert "Weekly" in html
    assert "Daily" not in html


def test_who_may_not_edit_an_issue_gets_no_link_to_its_editor(outlook, digest):
    make_issue(digest, TODAY(), publish=False)
    assert outlook(make_user("writer", digest, "add")).next.edit_url == ""
    assert outlook(make_user("editor", digest, "change")).next.edit_url
    assert outlook(make_user("changer", digest, "change")).new_url == ""


def test_many_digests_are_cut_short(admin_client, home_page):
    for number in range(6):
        make_digest(home_page, f"digest-{number}")
    html = panel(admin_client)
    assert html.count('class="digest-outlook"') == 5
    assert "All issues of all digests" in html


def test_no_other_issue_is_read_for_the_warnings(outlook, digest):
    make_issue(digest, 1, body=body(story("The harbour opens its tide data")))
    draft = body(story("The harbour opens its tide data"))
    issue = make_issue(digest, TODAY(), publish=False, body=draft)
    assert "repeated_story" in {finding.rule for finding in find(issue)}
    assert "repeated_story" not in {finding.rule for finding in outlook().next.warnings}


def test_queries_do_not_grow_with_the_issues(admin_user, outlook, digest):
    def count():
        outlook()
        with CaptureQueriesContext(connection) as queries:
            outlook()
        return len(queries)

    schedule(make_issue(digest, TODAY(), publish=False))
    submit(make_issue(digest, TODAY(), publish=False), admin_user)
    few = count()
    for day in range(1, 8):
        schedule(make_issue(digest, TODAY() + timedelta(days=day), publish=False))
        submit(make_issue(digest, TODAY() + timedelta(days=day), publish=False), admin_user)
    assert count() == few
