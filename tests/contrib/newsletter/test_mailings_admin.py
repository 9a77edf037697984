"""Mailings in the admin: the list, the page of one, the mail, and who sees what."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from digest.contrib.newsletter import bounces
from digest.contrib.newsletter.models import EmailDelivery, Mailing
from digest.registry import registry
from tests.admin.helpers import make_user
from tests.builders import make_digest, make_issue, restrict
from tests.contrib.newsletter.mails import (
    ABOUT_ADDRESS,
    SENDERS_FAULT,
    make_mail,
    make_mailing,
    make_mails,
)

pytestmark = pytest.mark.django_db

MAILINGS = "/admin/digest/mailings/"
XSS = "<script>alert(1)</script>"


@pytest.fixture
def issue(digest):
    return make_issue(digest, title="Grids agree")


@pytest.fixture
def log_in_as(client, digest, home_page, django_user_model):
    """Return a function that signs in a user of a role."""

    def log_in_as(role):
        if role == "superuser":
            user = django_user_model.objects.create_superuser(role)
        elif role == "manager":
            user = make_user(role)
            for name in registry.roles["Newsletter managers"]:
                user.user_permissions.add(permission_named(name))
        else:
            elsewhere = make_digest(home_page, "weekly")
            page = elsewhere if role == "publisher elsewhere" else digest
            user = make_user(role, page, "change" if role == "writer" else "publish")
        client.force_login(user)
        return client

    return log_in_as


def permission_named(name):
    app, codename = name.split(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)


def url_of(name, row):
    return reverse(f"digest_newsletter_mailings:{name}", args=[row.pk])


def html(response):
    assert response.status_code == 200
    return response.content.decode()


def page_of(client, mailing):
    return html(client.get(url_of("inspect", mailing)))


def listed(client, query=""):
    response = client.get(f"{MAILINGS}results/{query}")
    return [row.pk for row in response.context["object_list"]]


def test_list_has_state_reason_and_progress(admin_client, issue):
    mailing = make_mailing(issue, "paused", reason="refused", planned=4)
    make_mails(mailing, "accepted", "accepted", "refused", "waiting")
    page = " ".join(html(admin_client.get(MAILINGS)).split())
    for shown in ("Grids agree", "paused", "the server refused ten mails", "2 of 4"):
        assert shown in page
    assert url_of("inspect", mailing) in page


def test_list_has_the_stored_counts_of_mailings_whose_mails_are_deleted(admin_client, issue):
    mailing = make_mailing(issue, "done", counts={"accepted": 90, "refused": 10}, planned=100)
    assert "90 of 100" in html(admin_client.get(MAILINGS))
    assert "90 of 100 mails accepted" in page_of(admin_client, mailing)


def test_list_is_filtered_by_digest_state_and_date(admin_client, issue, home_page):
    other = make_issue(make_digest(home_page, "weekly"))
    old = make_mailing(issue, "done", due_at=timezone.now() - timedelta(days=9))
    new = make_mailing(other, "scheduled")
    assert listed(admin_client) == [new.pk, old.pk]
    assert listed(admin_client, f"?digest={old.digest_id}") == [old.pk]
    assert listed(admin_client, "?state=scheduled") == [new.pk]
    day = (timezone.localdate() - timedelta(days=3)).isoformat()
    assert listed(admin_client, f"?due_at_from={day}") == [new.pk]
    assert len(listed(admin_client, "?state=no&digest=x&due_at_from=%00")) == 2


def test_number_of_queries_does_not_grow(admin_client, digest, django_assert_max_num_queries):
    for day in range(1, 9):
        make_mails(make_mailing(make_issue(digest, day)), "accepted", "refused", "unknown")
    admin_client.get(MAILINGS)
    with django_assert_max_num_queries(25):  # one of them for each item of the menu
        admin_client.get(MAILINGS)
    mailing = Mailing.objects.first()
    for _number in range(8):
        make_mails(mailing, "accepted", "refused", "unknown")
    with django_assert_max_num_queries(29):
        page_of(admin_client, mailing)


def test_page_shows_counts_outcomes_and_codes(admin_client, issue):
    mailing = make_mailing(issue, planned=4)
    make_mails(mailing, "accepted", "waiting", "unknown")
    make_mail(mailing, "refused", code="550 5.1.1", reply="no such user")
    page = page_of(admin_client, mailing)
    assert '<progress class="digest-progress" id="mailing-progress" value="3" max="4"' in page
    for shown in ("1 of 4 mails accepted", "550 5.1.1", "no such user", "reader3@example.org"):
        assert shown in page
    for state in ("accepted", "refused", "unknown"):
        assert f"digest-plot__bar digest-plot--{state}" in page


@pytest.mark.parametrize(("hours", "unit"), [(1, "minute"), (30, "hour"), (24 * 20, "day")])
def test_outcomes_are_counted_by_minute_hour_or_day(admin_client, issue, hours, unit):
    mailing = make_mailing(issue, "done")
    for ago in (0, hours):
        make_mail(mailing, "accepted", at=timezone.now() - timedelta(hours=ago))
    response = admin_client.get(url_of("inspect", mailing))
    assert f"Outcomes by {unit}" in html(response)
    assert [row[1:] for row in response.context["outcomes"]] == [(1, 0, 0)] * 2


@pytest.mark.parametrize("code", SENDERS_FAULT)
def test_only_refusals_for_the_sender_are_offered_again(admin_client, issue, code):
    mailing = make_mailing(issue)
    for other in ABOUT_ADDRESS:
        make_mail(mailing, "refused", code=other)
    assert "send-refused" not in page_of(admin_client, mailing)
    make_mail(mailing, "refused", code=code)
    assert url_of("send_refused", mailing) in page_of(admin_client, mailing)


def test_addresses_that_bounced_are_offered_mail_again(admin_client, issue):
    mailing = make_mailing(issue)
    mail = make_mail(mailing, "refused", code="550 5.1.1")
    url = reverse("digest_newsletter_subscribers:lift_mailing", args=[mailing.pk])
    assert url not in page_of(admin_client, mailing)
    bounces.note_bounce(mail.subscription.subscriber, mailing)
    assert url in page_of(admin_client, mailing)


def test_refused_mails_have_pages(admin_client, issue):
    mailing = make_mailing(issue)
    make_mails(mailing, *["refused"] * 51)
    assert "reader0@example.org" not in page_of(admin_client, mailing)
    for page in ("2", "9"):
        response = admin_client.get(f"{url_of('inspect', mailing)}?refused={page}")
        assert "reader0@example.org" in html(response)
    assert admin_client.get(f"{url_of('inspect', mailing)}?refused=x").status_code == 200


@pytest.mark.parametrize(
    ("state", "fields", "names"),
    [
        ("scheduled", {}, {"cancel"}),
        ("sending", {}, {"pause", "stop"}),
        ("paused", {}, {"continue", "stop"}),
        ("held", {}, {"continue", "cancel"}),
        ("held", {"started_at": timezone.now()}, {"continue", "stop"}),
        ("stopped", {}, {"continue", "correct"}),
        ("done", {}, {"correct"}),
        ("skipped", {}, set()),
        ("draft", {}, set()),
    ],
)
def test_page_offers_what_the_state_allows(admin_client, issue, state, fields, names):
    mailing = make_mailing(issue, state, **fields)
    page = page_of(admin_client, mailing)
    everything = ("pause", "continue", "stop", "cancel", "correct")
    assert {name for name in everything if url_of(name, mailing) in page} == names


@pytest.mark.parametrize(
    ("state", "minutes", "updates"),
    [("sending", 0, True), ("scheduled", 0, True), ("scheduled", 5, False), ("done", 0, False)],
)
def test_page_updates_itself_while_a_worker_changes_it(
    admin_client, issue, state, minutes, updates
):
    mailing = make_mailing(issue, state, due_at=timezone.now() + timedelta(minutes=minutes))
    page = page_of(admin_client, mailing)
    assert ("data-moving" in page, "newsletter/reports.js" in page) == (updates, updates)


def test_titles_and_replies_are_escaped(admin_client, digest):
    issue = make_issue(digest, title=XSS)
    fields = {"subject": XSS, "reply": XSS, "note": XSS, "kind": "correction"}
    mailing = make_mailing(issue, "paused", **fields)
    make_mail(mailing, "refused", code=XSS[:20], reply=XSS)
    make_mail(mailing, "unknown", code=XSS[:20], reply=XSS)
    for url in (MAILINGS, url_of("inspect", mailing), "/admin/", url_of("stop", mailing)):
        assert "<script>a" not in html(admin_client.get(url))


def test_mail_is_shown_without_scripts_in_a_frame_of_the_admin(admin_client, issue):
    mailing = make_mailing(issue, html=f"<p>Frozen</p>{XSS}")
    assert f'src="{url_of("mail", mailing)}"' in page_of(admin_client, mailing)
    response = admin_client.get(url_of("mail", mailing))
    assert "<p>Frozen</p>" in html(response)
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "script-src" not in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_mail_without_text_is_not_found(admin_client, issue):
    mailing = make_mailing(issue, "scheduled")
    assert "<iframe" not in page_of(admin_client, mailing)
    assert admin_client.get(url_of("mail", mailing)).status_code == 404


def test_unknown_mailing_is_not_found(admin_client, issue):
    for name in ("inspect", "mail", "pause", "correct", "mark_sent"):
        url = reverse(f"digest_newsletter_mailings:{name}", args=[999])
        assert admin_client.get(url).status_code == 404
    assert admin_client.get(f"{MAILINGS}new/").status_code == 404


VIEWS = ["inspect", "mail", "pause", "continue", "stop", "cancel", "correct", "send_refused"]
OF_MAILS = ["mark_sent", "send_again"]


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        ("superuser", {200}),
        ("manager", {200}),
        ("publisher", {200}),
        ("publisher elsewhere", {404}),
        ("writer", {302, 404}),
    ],
)
def test_who_sees_and_controls_a_mailing(client, log_in_as, issue, role, statuses):
    mailing = make_mailing(issue)
    mail = make_mail(mailing, "unknown")
    log_in_as(role)
    urls = [url_of(name, mailing) for name in VIEWS] + [url_of(name, mail) for name in OF_MAILS]
    assert {client.get(url).status_code for url in urls} == statuses
    if 200 not in statuses:
        assert {client.post(url).status_code for url in urls[2:]} <= statuses
    # GET changes nothing.
    assert EmailDelivery.objects.get().state == "unknown"
    assert Mailing.objects.get().state == "sending"


@pytest.mark.parametrize(("role", "is_shown"), [("publisher", True), ("writer", False)])
def test_menu_has_mailings_for_those_who_see_some(log_in_as, role, is_shown):
    assert (MAILINGS in html(log_in_as(role).get("/admin/"))) == is_shown


def test_publisher_elsewhere_sees_an_empty_list(log_in_as, issue):
    make_mailing(issue)
    assert listed(log_in_as("publisher elsewhere")) == []


def test_editor_sees_codes_and_no_address(log_in_as, issue):
    client = log_in_as("publisher")
    mailing = make_mailing(issue)
    make_mail(mailing, "refused", code="550 5.1.1", reply="about a mailbox")
    unknown = make_mail(mailing, "unknown")
    page = page_of(client, mailing)
    assert "550 5.1.1" in page
    assert url_of("mark_sent", unknown) in page
    assert "@example.org" not in page
    assert "about a mailbox" not in page


def test_manager_sees_no_title_or_mail_of_a_hidden_issue(log_in_as, issue):
    manager = log_in_as("manager")
    mailing = make_mailing(issue, note="It was 3 %")
    for shown in ("Grids agree", "News<", "It was 3 %"):
        assert shown in page_of(manager, mailing)
    restrict(issue)
    for url in (MAILINGS, url_of("inspect", mailing), "/admin/", url_of("correct", mailing)):
        page = html(manager.get(url))
        assert "Grids agree" not in page
        assert "News<" not in page
        assert "It was 3 %" not in page
    assert manager.get(url_of("mail", mailing)).status_code == 404


def test_mailing_of_a_deleted_issue_is_shown(admin_client, issue):
    mailing = make_mailing(issue, "done")
    issue.delete()
    assert "Grids agree" in page_of(admin_client, mailing)
