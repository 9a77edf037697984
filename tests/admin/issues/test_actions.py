"""Saving, publishing, scheduling and unscheduling in the form of an issue."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from wagtail import hooks

from digest.models import IssuePage
from digest.publishing.roles import EDITORS, WRITERS
from tests.admin.helpers import make_user, schedule
from tests.admin.test_admin import form, headline, story_section
from tests.builders import make_digest, make_issue

pytestmark = pytest.mark.django_db
DAY = date(2126, 12, 29)
AT = datetime(2126, 12, 29, 5, tzinfo=UTC)  # 06:00 in Berlin
SCHEDULE = {"action-publish": "at-usual-time"}


@pytest.fixture
def digest(home_page):
    return make_digest(home_page, time_zone="Europe/Berlin", usual_time=time(6))


@pytest.fixture
def issue(digest):
    return make_issue(digest, DAY, publish=False)


@pytest.fixture
def log_in(client, digest, django_user_model):
    """Return a function that logs in a member of a group."""
    call_command("create_roles", verbosity=0)

    def log_in(group):
        user = django_user_model.objects.create_user(group, password="x")
        user.groups.add(user.groups.model.objects.get(name=group))
        client.force_login(user)
        return client

    return log_in


def edit_url(page):
    return f"/admin/pages/{page.pk}/edit/"


def actions(client, url):
    """Return the buttons of the form beside each other, and those in the menu."""
    response = client.get(url)
    menu = response.context["action_menu"]
    beside = menu.default_item
    shown = [beside.first, beside.second] if hasattr(beside, "second") else [beside]
    return [item.name for item in shown], [item.name for item in menu.menu_items if item.name]


def issue_form(issue, **fields):
    """Return the POST data of a complete issue."""
    fields = {"date": str(issue.date), "slug": issue.slug} | fields
    return form(headline(), story_section(), **fields)


def scheduled_for(issue):
    times = issue.revisions.values_list("approved_go_live_at", flat=True)
    return times.filter(approved_go_live_at__isnull=False).first()


def test_publish_is_beside_save_draft(log_in, issue):
    client = log_in(EDITORS)
    shown, others = actions(client, edit_url(issue))
    assert shown == ["action-save-draft", "action-publish"]
    assert others == ["action-submit"]


@pytest.mark.parametrize("name", ["digest/issuepage", "digest/digestpage"])
def test_publish_is_beside_save_draft_of_a_new_page(admin_client, digest, home_page, name):
    parent = digest if "issue" in name else home_page
    shown, _others = actions(admin_client, f"/admin/pages/add/{name}/{parent.pk}/")
    assert shown == ["action-save-draft", "action-publish"]


def test_unpublish_stays_in_the_menu(admin_client, digest):
    shown, others = actions(admin_client, edit_url(make_issue(digest)))
    assert shown[1] == "action-publish"
    assert "action-unpublish" in others


def test_writer_without_permission_to_publish_submits(log_in, issue):
    client = log_in(WRITERS)
    assert actions(client, edit_url(issue)) == (["action-save-draft", "action-submit"], [])
    assert "at-usual-time" not in client.get(edit_url(issue)).content.decode()


def test_writer_only_saves_without_workflows(log_in, issue, settings):
    settings.WAGTAIL_WORKFLOW_ENABLED = False
    assert actions(log_in(WRITERS), edit_url(issue)) == (["action-save-draft"], [])


def test_reviewer_approves(log_in, issue, django_user_model):
    client = log_in(EDITORS)
    issue.get_workflow().start(issue, django_user_model.objects.get())
    shown, others = actions(client, edit_url(issue))
    assert shown == ["action-save-draft", "approve"]
    assert "action-publish" in others


def test_reviewer_approves_without_a_comment(log_in, issue, django_user_model):
    client = log_in(EDITORS)
    issue.get_workflow().start(issue, django_user_model.objects.get())
    html = client.get(edit_url(issue)).content.decode()
    assert html.index("Approve and Publish") < html.index("Approve with comment and Publish")


def test_scheduled_issue_is_locked_and_offers_nothing(admin_client, issue):
    schedule(issue)
    assert actions(admin_client, edit_url(issue)) == (["action-page-locked"], [])


def test_published_issue_stays_in_the_form_with_a_link_to_it(admin_client, issue):
    response = admin_client.post(edit_url(issue), issue_form(issue) | {"action-publish": "1"})
    assert response.url == edit_url(issue)
    html = admin_client.get(response.url).content.decode()
    assert "“Title” has been published." in html
    issue.refresh_from_db()
    assert f'href="{issue.url}"' in html.partition("has been published")[2][:500]


def test_new_issue_stays_in_the_form_after_publishing(admin_client, digest):
    data = form(headline(), story_section()) | {"action-publish": "1"}
    response = admin_client.post(f"/admin/pages/add/digest/issuepage/{digest.pk}/", data)
    assert response.url == edit_url(digest.get_issues().get())


def test_hooks_after_editing_run_when_an_issue_is_published(admin_client, issue):
    pages = []
    with hooks.register_temporarily("after_edit_page", lambda _request, page: pages.append(page)):
        admin_client.post(edit_url(issue), issue_form(issue) | {"action-publish": "1"})
    assert pages == [issue]


def test_issue_is_scheduled_for_the_usual_time_of_its_date(admin_client, issue):
    response = admin_client.post(edit_url(issue), issue_form(issue) | SCHEDULE)
    assert scheduled_for(issue) == AT
    html = admin_client.get(response.url).content.decode()
    assert "“Title” is scheduled for Sun 29 Dec 2126, 06:00 Berlin." in html


def test_new_issue_is_scheduled_for_the_usual_time(admin_client, digest):
    data = form(headline(), story_section(), date=str(DAY)) | SCHEDULE
    admin_client.post(f"/admin/pages/add/digest/issuepage/{digest.pk}/", data)
    issue = digest.get_issues().get()
    assert not issue.live
    assert scheduled_for(issue) == AT


def test_date_of_the_form_decides_when_the_issue_goes_live(admin_client, issue):
    data = issue_form(issue, date="2126-12-30")
    admin_client.post(edit_url(issue), data | SCHEDULE)
    assert scheduled_for(issue) == AT + timedelta(days=1)


def test_live_issue_stays_live_while_its_changes_are_scheduled(admin_client, digest):
    issue = make_issue(digest, DAY)
    admin_client.post(edit_url(issue), issue_form(issue) | SCHEDULE)
    issue.refresh_from_db()
    assert issue.live
    assert scheduled_for(issue) == AT


def test_incomplete_issue_is_not_scheduled(admin_client, issue):
    data = form(headline(summary=""), date=str(DAY), slug=issue.slug)
    assert admin_client.post(edit_url(issue), data | SCHEDULE).status_code == 200
    assert scheduled_for(issue) is None


def test_time_that_has_passed_is_an_error_at_the_date(admin_client, issue):
    data = issue_form(issue, date="2026-04-14") | SCHEDULE
    response = admin_client.post(edit_url(issue), data)
    assert list(response.context["form"].errors) == ["date"]
    issue.refresh_from_db()
    assert (issue.live, scheduled_for(issue)) == (False, None)


def errors_of_schedule(client, issue, **fields):
    data = issue_form(issue, **fields) | SCHEDULE
    return client.post(edit_url(issue), data).context["form"].errors


def test_issue_is_not_scheduled_without_a_usual_time(admin_client, home_page):
    issue = make_issue(make_digest(home_page), DAY, publish=False)
    errors = errors_of_schedule(admin_client, issue)
    assert errors == {"__all__": ["Not scheduled: the digest has no usual time of publication."]}


def test_issue_is_not_scheduled_in_a_form_without_a_schedule(digest, issue):
    form_class = IssuePage.get_edit_handler().get_form_class()
    page_form = form_class(issue_form(issue) | SCHEDULE, instance=issue, parent_page=digest)
    del page_form.fields["go_live_at"]
    assert page_form.errors == {"__all__": ["Not scheduled: this form has no time to go live."]}


def test_invalid_date_is_the_only_error_of_a_schedule(admin_client, issue):
    errors = errors_of_schedule(admin_client, issue, date="2126-13-01")
    assert errors == {"date": ["Enter a valid date."]}


def test_issue_that_expires_before_is_not_scheduled(admin_client, issue):
    data = issue_form(issue, go_live_at="", expire_at="2126-12-01 10:00")
    response = admin_client.post(edit_url(issue), data | SCHEDULE)
    assert "go_live_at" in response.context["form"].errors


def test_writer_cannot_schedule(log_in, issue):
    log_in(WRITERS).post(edit_url(issue), issue_form(issue) | SCHEDULE)
    assert scheduled_for(issue) is None


def label(client, page):
    return client.get(edit_url(page)).context["schedule_label"]


def test_label_names_day_time_and_zone(admin_client, issue):
    assert label(admin_client, issue) == "Schedule for Sun 29 Dec 2126, 06:00 Berlin"


def test_label_leaves_out_the_zone_of_the_user_and_the_current_year(admin_client, digest, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    day = timezone.localdate() + timedelta(days=1)
    issue = make_issue(digest, day, publish=False)
    year = f" {day.year}" if day.year > timezone.localdate().year else ""
    expected = f"Schedule for {day:%a} {day.day} {day:%b}{year}, 06:00"
    assert label(admin_client, issue) == expected


@pytest.mark.parametrize(
    ("day", "usual_time", "local"),
    [
        (date(2126, 3, 31), time(2, 30), "03:30"),  # does not exist: the clocks go forward
        (date(2126, 10, 27), time(2, 30), "02:30"),  # exists twice
    ],
)
def test_label_in_the_night_of_a_clock_change(admin_client, home_page, day, usual_time, local):
    digest = make_digest(home_page, "n", time_zone="Europe/Berlin", usual_time=usual_time)
    issue = make_issue(digest, day, publish=False)
    assert label(admin_client, issue).endswith(f"2126, {local} Berlin")


def test_nothing_is_offered_without_a_usual_time_or_after_it(admin_client, digest, home_page):
    without = make_digest(home_page, "without")
    assert label(admin_client, make_issue(without, DAY, publish=False)) == ""
    assert label(admin_client, make_issue(digest, 14)) == ""


SCHEDULE_BUTTON = re.compile(r'<button[^>]* value="at-usual-time"[^>]*>')


def test_button_without_a_label_is_hidden(admin_client, digest, issue):
    for page, is_hidden in ((issue, False), (make_issue(digest, 14), True)):
        html = admin_client.get(edit_url(page)).content.decode()
        assert (" hidden" in SCHEDULE_BUTTON.search(html)[0]) is is_hidden


def test_form_of_a_digest_has_no_button_to_schedule(admin_client, digest):
    assert not SCHEDULE_BUTTON.search(admin_client.get(edit_url(digest)).content.decode())


def test_autosave_updates_the_label(admin_client, issue):
    url, accept = edit_url(issue), {"accept": "application/json"}
    data = issue_form(issue, date="2126-12-30", number="1")
    html = admin_client.post(url, data, headers=accept).json()["html"]
    assert ">Schedule for Mon 30 Dec 2126, 06:00 Berlin</template>" in html


def test_autosave_has_no_label_for_a_form_without_the_button(admin_client, home_page):
    issue = make_issue(make_digest(home_page), 14, publish=False)
    accept = {"accept": "application/json"}
    html = admin_client.post(edit_url(issue), issue_form(issue, number="1"), headers=accept)
    assert ".digest-schedule em" not in html.json()["html"]


def unschedule(client, issue, **data):
    revision = issue.revisions.get(approved_go_live_at__isnull=False)
    return client.post(f"/admin/pages/{issue.pk}/revisions/{revision.pk}/unschedule/", data)


def test_cancelling_a_schedule_clears_its_time(admin_client, issue):
    schedule(issue)
    response = unschedule(admin_client, issue)
    assert response.url == edit_url(issue)
    issue.refresh_from_db()
    assert (issue.go_live_at, scheduled_for(issue)) == (None, None)
    assert issue.get_latest_revision_as_object().go_live_at is None
    html = admin_client.get(response.url).content.decode()
    assert "is no longer scheduled." in html
    assert "Schedule to publish" not in html.partition("actions--primary")[2]


def test_cancelling_a_schedule_returns_to_the_page_where_it_was_chosen(admin_client, issue):
    schedule(issue)
    assert unschedule(admin_client, issue, next="/admin/reports/locked/").url == (
        "/admin/reports/locked/"
    )


def test_user_who_may_not_edit_returns_to_the_history(client, digest, issue):
    client.force_login(make_user("publisher", digest, "add", "publish"))
    schedule(issue)
    response = unschedule(client, issue)
    assert response.url == f"/admin/pages/{issue.pk}/history/"
    assert client.get(response.url).status_code == 200


def test_cancelling_changes_of_a_live_issue_leaves_it_as_it_is(admin_client, digest):
    past = timezone.now() - timedelta(days=1)
    issue = make_issue(digest, go_live_at=past)
    schedule(issue)
    unschedule(admin_client, issue)
    issue.refresh_from_db()
    assert (issue.live, issue.go_live_at) == (True, past)


def test_schedule_that_is_over_is_not_cancelled(admin_client, issue):
    schedule(issue)
    revision = issue.scheduled_revision
    url = f"/admin/pages/{issue.pk}/revisions/{revision.pk}/unschedule/"
    revision.approved_go_live_at = None
    revision.save()
    html = admin_client.post(url, follow=True).content.decode()
    assert "is not scheduled any more." in html
    assert issue.get_latest_revision_as_object().go_live_at


def test_schedule_is_cancelled_as_a_whole_or_not(admin_client, issue, monkeypatch):
    schedule(issue)
    monkeypatch.setattr("digest.admin.issues.actions.UnscheduleView._clear_time", fail)
    with pytest.raises(RuntimeError):
        unschedule(admin_client, issue)
    assert scheduled_for(issue)


def fail(*args):
    raise RuntimeError


def test_help_at_the_date_says_that_the_slug_follows_until_it_is_published(
    admin_client, digest, issue
):
    assert "the slug follows it" in admin_client.get(edit_url(issue)).content.decode()
    html = admin_client.get(edit_url(make_issue(digest))).content.decode()
    assert "the slug follows it" not in html
    assert "The URL stays {slug}." in html


def test_url_of_a_new_issue_follows_its_date(admin_client, digest):
    html = admin_client.get(f"/admin/pages/add/digest/issuepage/{digest.pk}/").content.decode()
    assert "the slug follows it" in html
    assert "The URL stays {slug}." not in html


REDIRECTS = "and {former} redirects to it."


def test_form_says_that_a_changed_url_redirects(admin_client, digest):
    assert REDIRECTS in admin_client.get(edit_url(make_issue(digest))).content.decode()


def test_form_says_that_a_changed_url_no_longer_works(admin_client, digest, settings):
    settings.WAGTAILREDIRECTS_AUTO_CREATE = False
    html = admin_client.get(edit_url(make_issue(digest))).content.decode()
    assert "{former} no longer works." in html
    assert REDIRECTS not in html


def test_url_that_is_changed_redirects(
    admin_client, client, digest, django_capture_on_commit_callbacks
):
    issue = make_issue(digest, 14)
    data = issue_form(issue, date="2026-04-15", slug="2026-04-15") | {"action-publish": "1"}
    with django_capture_on_commit_callbacks(execute=True):
        admin_client.post(edit_url(issue), data)
    assert client.get("/daily/2026-04-14/").url == "/daily/2026-04-15/"


def test_status_panel_names_only_uses_that_exist(admin_client, issue):
    assert "Referenced" not in admin_client.get(edit_url(issue)).content.decode()
