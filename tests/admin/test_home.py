"""Front page of the admin: the import field, and the next issue of each digest."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from digest.admin.home import NextIssuesPanel
from digest.checklist.findings import Level
from digest.checklist.run import check_issue
from tests.admin.helpers import make_user, save_draft, schedule, submit
from tests.builders import body, make_digest, make_issue, story

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def upcoming(rf, admin_user):
    """Return the panel's data of the first digest."""

    def upcoming(user=admin_user):
        request = rf.get("/admin/")
        request.user = user
        return NextIssuesPanel().get_context_data({"request": request})["upcoming"][0]

    return upcoming


def panel(client):
    """Return the panel's HTML with collapsed whitespace."""
    html = client.get("/admin/").content.decode()
    start = html.find('id="next-issues-section"')
    return " ".join(html[start : html.index("All issues", start) + 30].split()) if start > 0 else ""


def test_next_issue_is_the_unpublished_one_with_the_earliest_date(upcoming, digest):
    make_issue(digest, TODAY() - timedelta(days=1), publish=False)
    make_issue(digest, TODAY(), title="Published")
    make_issue(digest, TODAY() + timedelta(days=9), publish=False)
    moved = make_issue(digest, TODAY() - timedelta(days=9), publish=False)
    save_draft(moved, date=TODAY() + timedelta(days=2))
    assert upcoming().next.issue.pk == moved.pk


def test_expired_issue_is_not_next(upcoming, digest):
    make_issue(digest, TODAY()).unpublish(set_expired=True)
    assert upcoming().next is None


def test_without_a_next_issue_there_is_a_link_to_add_one(admin_client, digest):
    html = panel(admin_client)
    assert "There is no next issue yet." in html
    assert reverse("wagtailadmin_pages:add", args=["digest", "issuepage", digest.pk]) in html


def test_validation_errors_are_listed_and_linked_to_the_editor(upcoming, admin_client, digest):
    text = body(story("", why_it_matters=""), summary="")
    issue = make_issue(digest, TODAY(), publish=False, body=text)
    missing = upcoming().next.missing
    assert "Headline 1, Summary: This field is required." in missing
    assert "Story 2, Heading: This field is required." in missing
    html = panel(admin_client)
    assert missing[0] in html
    assert reverse("wagtailadmin_pages:edit", args=[issue.pk]) in html


def test_error_names_its_field(upcoming, digest):
    save_draft(make_issue(digest, TODAY(), publish=False), title="")
    assert upcoming().next.missing == ["Title: This field cannot be blank."]


def test_checklist_warnings_are_counted_and_linked_to_the_first_field(
    upcoming, admin_client, digest
):
    issue = make_issue(digest, TODAY(), publish=False)
    warnings = check_issue(issue.get_latest_revision_as_object(), [Level.WARNING])
    assert [found.path for found in upcoming().next.warnings] == [found.path for found in warnings]
    html = panel(admin_client)
    edit = reverse("wagtailadmin_pages:edit", args=[issue.pk])
    assert f'href="{edit}#digest-field={warnings[0].path}"' in html
    assert f">{len(warnings)} checklist warning" in html


def test_long_list_of_errors_is_truncated(upcoming, admin_client, digest):
    make_issue(digest, TODAY(), publish=False, body=body(*(story("") for _ in range(7))))
    assert len(upcoming().next.missing) == 7
    assert "and 3 more" in panel(admin_client)


def test_complete_issue_has_nothing_missing(admin_client, digest):
    make_issue(digest, TODAY(), publish=False)
    assert "Ready to publish." in panel(admin_client)


def test_unreadable_body_does_not_break_the_dashboard(admin_client, digest):
    issue = make_issue(digest, TODAY(), publish=False)
    content = issue.latest_revision.content | {"body": '[{"type": "story_section"}]'}
    type(issue.latest_revision).objects.filter(pk=issue.latest_revision_id).update(content=content)
    assert "Missing before it can be published" in panel(admin_client)


def test_scheduled_time_is_in_the_time_zone_of_the_digest(admin_client, admin_user, home_page):
    digest = make_digest(home_page, time_zone="America/Sao_Paulo")
    issue = schedule(make_issue(digest, TODAY() + timedelta(days=1), publish=False))
    UserProfile.objects.create(user=admin_user, current_time_zone="Asia/Tokyo")
    at = issue.get_latest_revision_as_object().go_live_at
    local = timezone.localtime(at, ZoneInfo("America/Sao_Paulo"))
    html = panel(admin_client)
    assert f"Goes live {local:%a} {local.day} {local:%b %Y, %H:%M} Sao Paulo" in html


def test_title_of_a_scheduled_next_issue_stands_once(admin_client, digest):
    schedule(make_issue(digest, TODAY(), publish=False, title="Soon"))
    schedule(make_issue(digest, TODAY() + timedelta(days=1), publish=False, title="Later"))
    html = panel(admin_client)
    assert html.count("Soon") == 1
    assert html.index("Scheduled:") < html.index("Later")


def test_issue_that_is_live_since_today_is_shown_with_a_link_to_it(admin_client, digest):
    yesterdays = make_issue(digest, TODAY(), title="Yesterday's")
    yesterday = timezone.now() - timedelta(days=1)
    type(yesterdays).objects.update(first_published_at=yesterday)
    make_issue(digest, TODAY(), title="Today's", publish=False)
    assert "Published today" not in panel(admin_client)
    issue = make_issue(digest, TODAY(), title="Out")
    html = panel(admin_client)
    assert html.index("Published today:") < html.index("Out")
    assert f'<a href="{issue.url}">View live</a>' in html


def test_issue_published_today_is_shown_whatever_its_date(upcoming, digest):
    make_issue(digest, TODAY() + timedelta(days=2), title="Early")
    assert upcoming().published[0].title == "Early"


def test_today_begins_at_midnight_in_the_time_zone_of_the_digest(upcoming, home_page):
    zone = ZoneInfo("Pacific/Kiritimati")
    issue = make_issue(make_digest(home_page, time_zone=str(zone)), TODAY())
    midnight = timezone.localtime(timezone=zone).replace(hour=0, minute=0, second=0, microsecond=0)
    for first, expected in [(midnight, issue), (midnight - timedelta(seconds=1), None)]:
        type(issue).objects.update(first_published_at=first)
        published = upcoming().published
        assert (published and published[0]) == expected


def test_expired_issue_of_today_is_not_shown_as_published(upcoming, digest):
    issue = make_issue(digest, TODAY())
    type(issue).objects.update(expire_at=timezone.now() - timedelta(minutes=1))
    assert upcoming().published is None


@pytest.mark.parametrize(("days", "dated"), [(1, "dated yesterday"), (3, "dated ")])
def test_draft_whose_date_has_passed_is_offered(admin_client, digest, days, dated):
    make_issue(digest, TODAY() - timedelta(days=9), publish=False, title="Older")
    make_issue(digest, TODAY() - timedelta(days=days), publish=False, title="Unfinished")
    html = panel(admin_client)
    assert html.index("Continue:") < html.index("Unfinished") < html.index(dated)
    assert "Older" not in html


def test_draft_is_not_offered_if_old_scheduled_or_not_editable(upcoming, admin_client, digest):
    make_issue(digest, TODAY() - timedelta(days=15), publish=False)
    schedule(make_issue(digest, TODAY() - timedelta(days=1), publish=False, title="Waits"))
    assert upcoming().passed is None
    make_issue(digest, TODAY() - timedelta(days=1), publish=False)
    assert upcoming().passed
    admin_client.force_login(make_user("writer", digest, "add"))
    assert "Continue:" not in panel(admin_client)


def test_next_issue_counts_from_today_in_the_time_zone_of_the_digest(upcoming, home_page):
    digest = make_digest(home_page, time_zone="Pacific/Kiritimati")
    make_issue(digest, timezone.localdate(timezone=ZoneInfo("Pacific/Pago_Pago")), publish=False)
    assert upcoming().next is None


def test_issues_in_review_are_listed(admin_client, admin_user, digest):
    assert "Waiting for review" not in panel(admin_client)
    submit(make_issue(digest, TODAY(), publish=False, title="First"), admin_user)
    submit(make_issue(digest, TODAY(), publish=False, title="Later"), admin_user)
    html = panel(admin_client)
    assert html.index("Waiting for review:") < html.index("Later")
    assert html.count("First") == 1  # with its state


def test_panel_requires_a_page_permission(client, digest, home_page):
    client.force_login(make_user("nobody"))
    assert panel(client) == ""
    weekly = make_digest(home_page, "weekly")
    client.force_login(make_user("writer", weekly, "add"))
    html = panel(client)
    assert "Weekly" in html
    assert "Daily" not in html


def test_links_require_the_permission_to_edit_or_add(upcoming, digest):
    make_issue(digest, TODAY(), publish=False)
    assert upcoming(make_user("writer", digest, "add")).next.edit_url == ""
    assert upcoming(make_user("editor", digest, "change")).next.edit_url
    assert upcoming(make_user("changer", digest, "change")).new_url == ""


def test_long_list_of_digests_is_truncated(admin_client, home_page):
    for number in range(6):
        make_digest(home_page, f"digest-{number}")
    html = panel(admin_client)
    assert html.count('class="digest-next-issue"') == 5
    assert "All issues of all digests" in html


def test_expensive_rules_are_not_run(upcoming, digest):
    make_issue(digest, 1, body=body(story("The harbour opens its tide data")))
    draft = body(story("The harbour opens its tide data"))
    issue = make_issue(digest, TODAY(), publish=False, body=draft)
    assert "repeated_story" in {finding.rule for finding in check_issue(issue)}
    assert "repeated_story" not in {finding.rule for finding in upcoming().next.warnings}


def test_query_count_does_not_depend_on_the_number_of_issues(admin_user, upcoming, digest):
    def count():
        upcoming()
        with CaptureQueriesContext(connection) as queries:
            upcoming()
        return len(queries)

    for day in (-1, 0):
        make_issue(digest, TODAY() + timedelta(days=day), publish=day == 0)
    schedule(make_issue(digest, TODAY(), publish=False))
    submit(make_issue(digest, TODAY(), publish=False), admin_user)
    schedule(make_issue(digest, TODAY() + timedelta(days=1), publish=False))
    submit(make_issue(digest, TODAY() + timedelta(days=1), publish=False), admin_user)
    few = count()
    for day in range(1, 8):
        make_issue(digest, TODAY() - timedelta(days=day), publish=False)
        make_issue(digest, TODAY())
        schedule(make_issue(digest, TODAY() + timedelta(days=day), publish=False))
        submit(make_issue(digest, TODAY() + timedelta(days=day), publish=False), admin_user)
    assert count() == few


def test_front_page_has_the_import_for_users_who_may_add_issues(client, digest):
    client.force_login(make_user("writer", digest, "add"))
    html = client.get("/admin/").content.decode()
    assert f'action="{reverse("digest_import")}"' in html
    assert "csrfmiddlewaretoken" in html
    client.force_login(make_user("changer", digest, "change"))
    assert reverse("digest_import") not in client.get("/admin/").content.decode()


def test_query_count_of_the_front_page_does_not_depend_on_the_documents(admin_client, digest):
    def count():
        with CaptureQueriesContext(connection) as queries:
            admin_client.get("/admin/")
        return len(queries)

    data = {"digest": digest.pk, "text": "Sand\n\n9 March 2026\n\nHeat\n\nIt is stored."}
    admin_client.post(reverse("digest_import"), data)
    count()
    few = count()
    for _ in range(3):
        admin_client.post(reverse("digest_import"), data)
    assert count() == few
