"""The page of a webhook: its state, what can be done to it, and its deliveries."""

import sys
from datetime import timedelta

import pytest
from django.core.signals import got_request_exception
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.views.debug import ExceptionReporter
from wagtail.models import ModelLogEntry

from digest.contrib.webhooks.models import WebhookDelivery, WebhookEvent
from tests.contrib.webhooks.builders import make_delivery, make_endpoint, make_event
from tests.contrib.webhooks.test_admin import disabled, html, log_in_with, logged, url_of

pytestmark = pytest.mark.django_db

State, Type = WebhookDelivery.State, WebhookEvent.Type
POSTS = ("test", "show_secret", "rotate", "pause", "turn_on", "send_missed")
ATTEMPT = {
    "at": "2026-04-14T12:00:00Z",
    "ms": 35,
    "status": 500,
    "error": "It is broken.",
    "response": "<script>alert(1)</script>",
}


def page_of(client, row, query=""):
    return html(client.get(url_of("inspect", row) + query))


def post(client, name, row, **data):
    return client.post(url_of(name, row), data, follow=True)


def states(endpoint):
    return list(endpoint.deliveries.values_list("state", flat=True))


def shown(client, row, query=""):
    """Return the IDs of the deliveries on a page."""
    context = client.get(url_of("inspect", row) + query).context
    return [delivery.pk for delivery in context["deliveries"]]


# State


def test_page_shows_what_a_webhook_is_told(admin_client, admin_user):
    row = make_endpoint(events=[Type.ISSUE_DELETED], created_by=admin_user)
    page = page_of(admin_client, row)
    assert "Issue deleted" in page
    assert "Issue published" not in page.partition("deliveries")[0]
    assert "https://hooks.example/…" in page
    assert "All sites" in page
    assert "Never" in page
    assert "Active" in page


def test_page_says_why_a_webhook_is_disabled(admin_client):
    page = page_of(admin_client, disabled("gone"))
    assert "Disabled</span> The receiver has responded with 410 Gone" in page


# Test


def test_test_is_queued_and_its_response_shown(admin_client):
    row = make_endpoint()
    page = html(post(admin_client, "test", row))
    delivery = row.deliveries.get()
    assert delivery.event.type == Type.PING
    assert "It is sent within a minute." in page
    assert "digest/webhooks/test.js" in page
    delivery.state, delivery.attempts = State.FAILED, [ATTEMPT]
    delivery.save()
    page = page_of(admin_client, row)
    test = page.partition('<section id="test"')[2].partition("</section>")[0]
    assert "HTTP 500" in test
    assert "It is broken." in test
    assert "digest/webhooks/test.js" not in page


def test_paused_webhook_can_be_tested(admin_client):
    row = disabled("paused")
    assert "Send a test" in page_of(admin_client, row)
    post(admin_client, "test", row)
    assert states(row) == [State.WAITING]


# Secret


def test_secret_is_shown_on_request_once(admin_client):
    row = make_endpoint()
    assert row.secret not in page_of(admin_client, row)
    assert html(post(admin_client, "show_secret", row)).count(row.secret) == 1
    assert row.secret not in page_of(admin_client, row)


def test_secret_is_shown_on_the_page_of_its_webhook_only(admin_client):
    row, other = make_endpoint(), make_endpoint()
    admin_client.post(url_of("show_secret", row))
    page = page_of(admin_client, other)
    assert "whsec_" not in page


def test_rotation_asks_and_shows_the_new_secret(admin_client):
    row = make_endpoint()
    old = row.secret
    assert "24 hours" in html(admin_client.get(url_of("rotate", row)))
    row.refresh_from_db()
    assert row.secret == old
    page = html(post(admin_client, "rotate", row))
    row.refresh_from_db()
    assert row.secret != old
    assert row.secret in page
    assert len(row.nonces) == 2


def test_error_in_the_page_does_not_report_the_secret(admin_client, monkeypatch):
    row, reports = make_endpoint(last_success_at=timezone.now()), []

    def report(sender, request, **kwargs):
        reports.append(ExceptionReporter(request, *sys.exc_info()).get_traceback_html())

    def fail(*args):
        secret = row.secret  # a local variable, as error reports show them
        raise RuntimeError(len(secret))

    admin_client.post(url_of("show_secret", row))
    monkeypatch.setattr("digest.templatetags.digest_admin_tags.format_datetime", fail)
    got_request_exception.connect(report)
    admin_client.raise_request_exception = False
    assert admin_client.get(url_of("inspect", row)).status_code == 500
    assert "RuntimeError" in reports[0]
    assert row.secret not in reports[0]


# Pausing and turning on


def test_webhook_is_paused_and_resumed(admin_client):
    row = make_endpoint()
    page = html(post(admin_client, "pause", row))
    row.refresh_from_db()
    assert (row.is_active, row.disabled_reason) == (False, "paused")
    assert "Resume" in page
    page = html(post(admin_client, "turn_on", row))
    row.refresh_from_db()
    assert (row.is_active, row.disabled_reason) == (True, "")
    assert "Pause" in page


def test_pausing_does_not_hide_why_a_webhook_is_disabled(admin_client):
    row = disabled("gone")
    post(admin_client, "pause", row)
    row.refresh_from_db()
    assert row.disabled_reason == "gone"


def test_turning_on_forgets_failures_and_pauses(admin_client):
    now = timezone.now()
    row = disabled("failing", failing_since=now, busy_until=now + timedelta(hours=20))
    post(admin_client, "turn_on", row)
    row.refresh_from_db()
    assert (row.is_active, row.failing_since, row.busy_until) == (True, None, None)


def missing(endpoint):
    """Create what an endpoint was not sent: one failed, one while it was off."""
    make_delivery(endpoint, state=State.FAILED)
    make_event()


def test_disabled_webhook_is_turned_on_with_what_it_missed(admin_client):
    row = disabled("failing")
    missing(row)
    page = page_of(admin_client, row)
    assert "Turn on and send what it missed (2)" in page
    post(admin_client, "turn_on", row, missed="1")
    assert states(row) == [State.WAITING] * 2


def test_disabled_webhook_is_turned_on_without_what_it_missed(admin_client):
    row = disabled("failing")
    missing(row)
    post(admin_client, "turn_on", row)
    assert states(row) == [State.FAILED]


def test_what_an_active_webhook_missed_is_sent(admin_client):
    row = make_endpoint()
    assert "Send what it missed" not in page_of(admin_client, row)
    missing(row)
    assert "Send what it missed (2)" in page_of(admin_client, row)
    page = html(post(admin_client, "send_missed", row))
    assert "2 events are queued." in page
    assert states(row) == [State.WAITING] * 2


# Deliveries


def test_delivery_shows_its_attempts_as_text(admin_client):
    delivery = make_delivery(attempts=[ATTEMPT], state=State.FAILED)
    page = page_of(admin_client, delivery.endpoint)
    assert "HTTP 500" in page
    assert "It is broken." in page
    assert "35 ms" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert(1)" not in page


def test_latest_attempt_comes_first(admin_client):
    delivery = make_delivery(attempts=[ATTEMPT, ATTEMPT | {"status": 204}], state=State.SENT)
    [row] = admin_client.get(url_of("inspect", delivery.endpoint)).context["deliveries"]
    assert [attempt["status"] for attempt in row.shown_attempts] == [204, 500]


def test_deliveries_are_on_pages_newest_first(admin_client):
    row, now = make_endpoint(), timezone.now()
    rows = [make_delivery(row, queued_at=now + timedelta(hours=n)).pk for n in range(25)]
    newest = rows[::-1]
    assert shown(admin_client, row) == newest[:20]
    assert shown(admin_client, row, "?p=2") == newest[20:]
    assert "Page 2 of 2" in page_of(admin_client, row, "?p=2")


def test_deliveries_that_are_queued_together_are_in_the_order_of_their_events(admin_client):
    row, now = make_endpoint(), timezone.now()
    events = [make_event(sequence=number) for number in (3, 5, 1, 4, 2)]
    found = {event.sequence: make_delivery(row, event, queued_at=now).pk for event in events}
    assert shown(admin_client, row) == [found[number] for number in (5, 4, 3, 2, 1)]


def test_filter_has_the_events_of_the_preset_and_tests(admin_client):
    form = (
        admin_client.get(url_of("inspect", make_endpoint(preset="deploy"))).context["filter"].form
    )
    names = [str(name) for name, _label in form.fields["event"].choices]
    assert names == ["", "content.changed", "webhook.ping"]


def test_pages_keep_the_filter(admin_client):
    row = make_endpoint()
    for _number in range(25):
        make_delivery(row)
    assert "?state=waiting&amp;p=2" in page_of(admin_client, row, "?state=waiting")


def test_deliveries_are_filtered(admin_client):
    row = make_endpoint()
    sent = make_delivery(row, state=State.SENT)
    issue = make_delivery(row, make_event(Type.ISSUE_UPDATED), state=State.FAILED)
    assert shown(admin_client, row, "?state=sent") == [sent.pk]
    assert shown(admin_client, row, "?event=issue.updated") == [issue.pk]
    assert shown(admin_client, row, "?event=issue.updated&state=sent") == []


def test_page_takes_as_many_queries_for_many_deliveries(admin_client):
    row, numbers = make_endpoint(), []
    for _number in range(2):
        for _delivery in range(5):
            make_delivery(row, attempts=[ATTEMPT])
        page_of(admin_client, row)
        with CaptureQueriesContext(connection) as queries:
            page_of(admin_client, row)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


def test_page_shows_its_own_deliveries_only(admin_client):
    row = make_endpoint()
    make_delivery()
    assert shown(admin_client, row) == []


def test_ended_delivery_is_sent_again(admin_client):
    delivery = make_delivery(state=State.SENT)
    assert "Send again" in page_of(admin_client, delivery.endpoint)
    page = html(post(admin_client, "send_again", delivery))
    delivery.refresh_from_db()
    assert delivery.state == State.WAITING
    assert "The delivery is queued." in page


def test_queued_delivery_cannot_be_sent_again(admin_client):
    delivery = make_delivery(state=State.SENDING)
    assert "Send again" not in page_of(admin_client, delivery.endpoint)
    assert "queued already" in html(post(admin_client, "send_again", delivery))


# Permissions and the log


def test_changes_need_the_change_permission(client):
    row, delivery = make_endpoint(), make_delivery(state=State.SENT)
    log_in_with(client, "view", "add", "delete")
    page = page_of(client, row)
    for name in POSTS:
        assert url_of(name, row) not in page
        assert client.post(url_of(name, row)).status_code == 302
    client.post(url_of("send_again", delivery))
    assert logged() == []
    assert states(row) == []
    assert states(delivery.endpoint) == [State.SENT]
    assert "whsec_" not in page_of(client, row)


def test_changes_need_a_post(admin_client):
    row = make_endpoint()
    for name in set(POSTS) - {"rotate"}:
        assert admin_client.get(url_of(name, row)).status_code == 405


def test_changes_need_a_csrf_token(admin_user, client):
    client = type(client)(enforce_csrf_checks=True)
    client.force_login(admin_user)
    row = make_endpoint()
    for name in POSTS:
        assert client.post(url_of(name, row)).status_code == 403
    assert not WebhookDelivery.objects.exists()


def test_actions_are_logged_without_the_url_and_the_secret(admin_client):
    row = make_endpoint()
    for name in ("show_secret", "rotate", "pause", "turn_on", "send_missed"):
        post(admin_client, name, row)
    names = ["show_secret", "rotate", "pause", "turn_on", "send_missed"]
    assert logged() == [f"digest_webhooks.{name}" for name in names]
    entries = str(list(ModelLogEntry.objects.values()))
    assert "whsec_" not in entries
    assert "hooks.example" not in entries
    history = html(admin_client.get(reverse("digest_webhooks:history", args=[row.pk])))
    assert "Secret rotated" in history
