"""The panel of the newsletter in the editor of an issue: what it shows, and who may do what."""

import json
import re
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageLogEntry

from digest.contrib.newsletter import mailings
from digest.contrib.newsletter.models import EmailDelivery, Mailing, NewsletterSettings
from digest.models import DigestPage
from digest.pages.time_zones import today_in
from tests.builders import make_digest, make_issue
from tests.contrib.newsletter.readers import open_newsletter, subscribe

pytestmark = pytest.mark.django_db

WRITERS, EDITORS = "Digest writers", "Digest editors"
SUNDAY = 6


@pytest.fixture
def newsletter(digest):
    return open_newsletter(digest, imprint="Ada Quill\n1 Ink Street")


@pytest.fixture
def issue(newsletter, digest):
    subscribe(digest)
    return make_issue(digest, today_in(digest), title="Three grids")


def new_user(name, group=EDITORS, **fields):
    user = User.objects.create_user(name, f"{name}@example.org", **fields)
    user.groups.add(Group.objects.get(name=group))
    return user


@pytest.fixture
def log_in(digest, client):
    """Return a function that signs in a new member of a group."""
    call_command("create_roles", verbosity=0)

    def log_in(group):
        client.force_login(new_user(group.split()[1], group))
        return client

    return log_in


@pytest.fixture
def editor(log_in):
    return log_in(EDITORS)


def url_of(name, issue):
    return reverse(f"digest_newsletter_issue_{name}", args=[issue.pk])


def post(client, name, issue, **fields):
    headers = {"x-requested-with": "XMLHttpRequest"}
    return client.post(url_of(name, issue), fields, headers=headers)


def shown(client, issue):
    return client.get(url_of("state", issue)).json()


def state_of(issue):
    mailing = mailings.of_issue(issue)
    return mailing and mailing.state


def editor_html(client, issue):
    return client.get(reverse("wagtailadmin_pages:edit", args=[issue.pk])).content.decode()


# The panel


def test_panel_is_shown_where_the_digest_has_a_newsletter(editor, issue, home_page):
    html = editor_html(editor, issue)
    assert 'data-side-panel="newsletter"' in html
    data = re.search(r'data-digest-newsletter-shown-value="([^"]+)"', html)[1]
    assert json.loads(data.replace("&quot;", '"'))["state"] == "Not sent."
    other = make_issue(make_digest(home_page, "weekly"))
    call_command("create_roles", verbosity=0)
    assert 'data-side-panel="newsletter"' not in editor_html(editor, other)


def test_new_issue_has_a_panel_without_a_mail(editor, newsletter, digest):
    url = reverse("wagtailadmin_pages:add", args=["digest", "issuepage", digest.pk])
    html = editor.get(url).content.decode()
    assert 'data-side-panel="newsletter"' in html
    assert 'data-controller="digest-newsletter"' not in html


@pytest.mark.parametrize("pk", ["0", "9" * 19, "9" * 30])
def test_panel_of_no_issue_is_not_found(editor, pk):
    for name in ("state", "preview"):
        assert editor.get(f"/admin/digest/newsletters/issue/{pk}/{name}/").status_code == 404


def test_number_of_queries_does_not_depend_on_readers_and_editors(editor, issue, digest):
    def count(show):
        with CaptureQueriesContext(connection) as queries:
            show(editor, issue)
        return len(queries)

    mailing_of(issue, state="sending", started_at=timezone.now())
    editor_html(editor, issue)
    few = [count(shown), count(editor_html)]
    for number in range(5):
        subscribe(digest, f"r{number}@example.org")
        new_user(f"e{number}")
    assert [count(shown), count(editor_html)] == few
    assert few[0] <= 25


def mailing_of(issue, **fields):
    mailing = mailings.save_draft(issue, "", "")
    Mailing.objects.filter(pk=mailing.pk).update(**fields)
    return mailing


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Not sent."),
        ({"state": "scheduled"}, "Goes out as soon as it is public."),
        ({"state": "scheduled", "due_at": 0}, "Goes out now."),
        ({"state": "skipped", "reason": "cancelled"}, "Not sent: cancelled by an editor."),
        ({"state": "held", "reason": "late"}, "Held: it is more than six hours late."),
        (
            {"state": "paused", "reason": "configuration", "reply": "535 no", "started_at": 0},
            "The server replied: 535 no 0 of 7 readers have it.",
        ),
        ({"state": "sending", "started_at": 0}, "Being sent. 0 of 7 readers have it."),
        (
            {"state": "done", "counts": {"accepted": 1204, "refused": 3, "unknown": 1}},
            "Sent to 1,204 readers, 3 refused, 1 unknown.",
        ),
    ],
)
def test_state_is_in_words(editor, issue, fields, sentence):
    now = timezone.now()
    fields = {name: now if value == 0 else value for name, value in fields.items()}
    mailing_of(issue, **({"planned": 7} | fields))
    assert shown(editor, issue)["state"].endswith(sentence)


def test_time_is_in_the_time_zone_of_the_digest(editor, issue, digest):
    DigestPage.objects.update(time_zone="Pacific/Auckland")
    zone = "Auckland"
    mailing_of(issue, state="scheduled", due_at=timezone.now() + timedelta(hours=30))
    assert re.search(rf"\d\d:\d\d {zone}\.$", shown(editor, issue)["state"])
    mailing_of(issue, due_at=timezone.now() + timedelta(seconds=2))
    assert re.match(
        rf"Goes out (today|tomorrow) at \d\d:\d\d {zone}\.", shown(editor, issue)["state"]
    )


def test_draft_says_when_it_goes_out(editor, newsletter, digest):
    draft = make_issue(digest, today_in(digest), publish=False)
    assert shown(editor, draft)["state"] == "Not sent."
    assert shown(editor, draft)["problems"] == ["Nobody has subscribed yet."]
    NewsletterSettings.objects.update(sends_on_publish=True)
    subscribe(digest)
    assert shown(editor, draft)["state"] == "Goes out 10 minutes after it is published."
    assert shown(editor, draft)["actions"] == ["test", "draft", "schedule"]
    old = make_issue(digest, today_in(digest) - timedelta(days=3), publish=False)
    assert "dated more than two days ago" in shown(editor, old)["state"]


def test_missing_imprint_is_a_problem_with_a_link_for_managers(editor, issue, admin_client):
    NewsletterSettings.objects.update(imprint=" ")
    found = shown(editor, issue)
    assert found["problems"] == ["The newsletter needs an imprint: see its settings."]
    assert (found["settings_url"], found["actions"]) == ("", ["test", "draft"])
    assert "/admin/digest/newsletters/edit/" in shown(admin_client, issue)["settings_url"]
    assert post(editor, "send", issue).status_code == 400
    assert state_of(issue) is None


# Who may do what

ACTIONS = {
    "draft": {"subject": "Grids", "preheader": ""},
    "test": {"user": "me"},
    "send": {},
    "schedule": {"at": "tomorrow"},
    "cancel": {},
}


def fields_of(name, client):
    tomorrow = timezone.localtime() + timedelta(days=1)
    values = {"tomorrow": f"{tomorrow:%Y-%m-%d %H:%M}", "me": client.session.get("_auth_user_id")}
    return {key: values.get(value, value) for key, value in ACTIONS[name].items()}


@pytest.mark.parametrize(
    ("group", "allowed"),
    [
        (WRITERS, {"draft", "test"}),
        (EDITORS, {"draft", "test", "send", "schedule", "cancel"}),
        ("Newsletter managers", set()),
    ],
)
@pytest.mark.parametrize("name", list(ACTIONS))
def test_actions_by_role(log_in, issue, group, allowed, name):
    client = log_in(group)
    if name == "cancel":
        mailing_of(issue, state="scheduled", due_at=timezone.now())
    response = post(client, name, issue, **fields_of(name, client))
    assert response.status_code == (200 if name in allowed else 403)
    assert PageLogEntry.objects.filter(
        page=issue.pk, action__startswith="digest_newsletter."
    ).count() == (name in allowed - {"draft"})
    if name in allowed:
        assert response.json()["message"]


def test_nobody_else_sees_or_does_anything(client, issue, django_user_model):
    for name in [*ACTIONS, "preview"]:
        assert post(client, name, issue).status_code == 403
    client.force_login(django_user_model.objects.create_user("ralph"))
    for name in [*ACTIONS, "preview", "state"]:
        assert post(client, name, issue).status_code == 403
    assert client.get(url_of("state", issue)).status_code == 302
    assert not Mailing.objects.exists()
    assert not EmailDelivery.objects.filter(kind="test").exists()


def test_get_changes_nothing_and_posts_need_a_csrf_token(editor, issue):
    assert [editor.get(url_of(name, issue)).status_code for name in ACTIONS] == [405] * 5
    editor.handler.enforce_csrf_checks = True
    assert [post(editor, name, issue).status_code for name in ACTIONS] == [403] * 5
    assert state_of(issue) is None


def test_missing_issues_and_newsletters_are_404(editor, issue, digest, home_page):
    other = make_issue(make_digest(home_page, "weekly"))
    for pk in (other.pk, digest.pk, 99999):
        for name in [*ACTIONS, "preview"]:
            url = reverse(f"digest_newsletter_issue_{name}", args=[pk])
            assert editor.post(url).status_code in (302, 404)
    assert not Mailing.objects.exists()


# Actions


def test_editor_sends_and_cancels(editor, issue):
    found = post(editor, "send", issue).json()
    assert (found["state"], found["actions"]) == (
        "Goes out now.",
        ["test", "draft", "schedule", "cancel"],
    )
    mailing = Mailing.objects.get()
    assert (mailing.state, mailing.user.username) == ("scheduled", "editors")
    found = post(editor, "cancel", issue).json()
    assert found["state"] == "Not sent: cancelled by an editor."
    assert "send" in found["actions"]
    response = post(editor, "cancel", issue)
    assert response.status_code == 400
    assert "not possible any more" in response.json()["errors"]["__all__"][0]


def test_question_names_the_number_of_readers(editor, issue, digest):
    assert shown(editor, issue)["question"] == "Send “Three grids” to 1 reader now?"
    draft = make_issue(digest, 15, publish=False, title="Draft")
    found = shown(editor, draft)
    assert found["question"] == "Send “Draft” to 1 reader as soon as it is published?"
    assert found["send_label"] == "Send when published"


def test_editor_schedules_in_the_time_zone_of_the_digest(editor, issue):
    DigestPage.objects.update(time_zone="Asia/Tokyo")
    day = timezone.localdate() + timedelta(days=3)
    found = post(editor, "schedule", issue, at=f"{day} 07:10").json()
    assert found["state"].endswith("07:10 Tokyo.")
    assert Mailing.objects.get().due_at.isoformat() == f"{day - timedelta(days=1)}T22:10:00+00:00"


@pytest.mark.parametrize(
    ("at", "message"),
    [
        ("", "This field is required."),
        ("soon", "Enter a valid date/time."),
        ("2020-01-01 10:00", "Choose a time in the future."),
        ("9999-12-31 23:59", "Choose a time within a year."),
        ("0001-01-01 00:00", "Choose a time in the future."),
    ],
)
def test_wrong_time_is_rejected(editor, issue, at, message):
    DigestPage.objects.update(time_zone="America/New_York")
    response = post(editor, "schedule", issue, at=at)
    assert response.status_code == 400
    assert message in response.json()["errors"]["at"][0]
    assert state_of(issue) is None


def test_time_that_the_clocks_skip_is_rejected(editor, issue):
    DigestPage.objects.update(time_zone="America/New_York")
    at = f"{next_clock_change()} 02:30"
    response = post(editor, "schedule", issue, at=at)
    assert response.status_code == 400
    assert "couldn’t be interpreted" in response.json()["errors"]["at"][0]
    assert state_of(issue) is None


def next_clock_change():
    """Return the next second Sunday of March, when the clocks go forward in New York."""
    today = timezone.localdate()
    year = today.year + (today.month > 2)
    return next(day for day in (date(year, 3, n) for n in range(8, 15)) if day.weekday() == SUNDAY)


def test_subject_is_stored_as_a_single_line(editor, issue):
    data = {"subject": "Grids\r\nBcc: x@example.org", "preheader": " <b>Power</b> "}
    found = post(editor, "draft", issue, **data).json()
    assert (found["subject"], found["preheader"]) == ("Grids Bcc: x@example.org", "<b>Power</b>")
    response = post(editor, "draft", issue, subject="x" * 256, preheader="\0")
    assert set(response.json()["errors"]) == {"subject", "preheader"}
    assert Mailing.objects.get().subject == "Grids Bcc: x@example.org"


def test_writer_changes_no_subject_that_is_about_to_be_sent(log_in, issue):
    writer = log_in(WRITERS)
    mailing_of(issue, state="scheduled", due_at=timezone.now())
    assert post(writer, "draft", issue, subject="Mine", preheader="").status_code == 403
    assert shown(writer, issue)["actions"] == ["test"]


@pytest.mark.parametrize("state", ["sending", "paused", "done", "held"])
def test_mailing_that_has_started_is_not_sent_again(editor, issue, state):
    mailing_of(issue, state=state, started_at=timezone.now(), subject="Frozen")
    found = shown(editor, issue)
    assert (found["actions"], found["problems"]) == (["test"], [])
    assert "/mailings/" in found["report_url"]
    for name in ("draft", "send", "schedule", "cancel"):
        assert post(editor, name, issue, **fields_of(name, editor)).status_code == 400
    assert (state_of(issue), Mailing.objects.get().subject) == (state, "Frozen")


# Tests


def test_test_goes_to_an_editor_with_the_latest_revision(editor, issue):
    colleague = new_user("colleague")
    found = post(editor, "test", issue, user=colleague.pk).json()
    assert found["message"] == "A test is on its way to colleague@example.org."
    mail = EmailDelivery.objects.get(kind="test")
    assert (mail.user, mail.revision, mail.state) == (colleague, issue.latest_revision, "waiting")


def test_writer_sends_tests_to_themselves_only(log_in, issue):
    writer, colleague = log_in(WRITERS), new_user("colleague")
    response = post(writer, "test", issue, user=colleague.pk)
    assert "Select a valid choice" in response.json()["errors"]["user"][0]
    assert post(writer, "test", issue, user=User.objects.get(username="writers").pk).json()
    assert EmailDelivery.objects.get(kind="test").user.username == "writers"


def test_test_to_an_address_that_is_not_ascii_is_rejected(editor, issue):
    User.objects.filter(username="editors").update(email="jürgen@example.org")
    user = User.objects.get(username="editors")
    response = post(editor, "test", issue, user=user.pk)
    assert "No mail can be sent to jürgen@example.org" in response.json()["errors"]["user"][0]
    assert not EmailDelivery.objects.filter(kind="test").exists()


def test_test_goes_to_nobody_else(editor, issue):
    new_user("inactive", is_active=False)
    new_user("without")
    User.objects.filter(username="without").update(email="")
    User.objects.create_user("stranger", "stranger@example.org")
    others = User.objects.exclude(username="editors").values_list("pk", flat=True)
    for user in [*others, "", "1 OR 1=1", 10**30]:
        assert post(editor, "test", issue, user=user).status_code == 400
    assert not EmailDelivery.objects.filter(kind="test").exists()
