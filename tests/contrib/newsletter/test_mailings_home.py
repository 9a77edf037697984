"""The panel of the admin's home page: mailings that need a look, and letters that wait."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import ModelLogEntry

from digest.contrib.newsletter.models import EmailDelivery
from tests.admin.helpers import make_user
from tests.builders import make_issue
from tests.contrib.newsletter.mails import make_mailing, make_mails
from tests.contrib.newsletter.readers import sign_up

pytestmark = pytest.mark.django_db
DISCARD = "/admin/digest/mailings/discard-letters/"


@pytest.fixture
def issue(digest):
    return make_issue(digest, title="Grids agree")


def panel(client):
    """Return the panel's HTML with collapsed whitespace, or an empty text."""
    html = client.get("/admin/").content.decode()
    start = html.find('id="mailings-section"')
    return " ".join(html[start : html.index("</section>", start)].split()) if start > 0 else ""


def ago(**delta):
    return timezone.now() - timedelta(**delta)


@pytest.mark.parametrize(
    ("state", "fields", "shown"),
    [
        ("scheduled", {"due_at": ago(hours=-2)}, "Due "),
        ("scheduled", {"due_at": ago(hours=1)}, "No worker has started it"),
        ("held", {"reason": "late"}, "it is more than six hours late"),
        ("paused", {"reason": "configuration", "reply": "535 no"}, ": 535 no"),
        ("sending", {"planned": 3}, "0 of 3 mails accepted"),
    ],
)
def test_mailing_is_shown(admin_client, issue, state, fields, shown):
    make_mailing(issue, state, **fields)
    assert "Grids agree" in panel(admin_client)
    assert shown in panel(admin_client)


@pytest.mark.parametrize(
    ("state", "fields"),
    [
        ("scheduled", {"due_at": ago(days=-2)}),
        ("scheduled", {"due_at": None}),
        ("done", {}),
        ("draft", {}),
        ("skipped", {}),
    ],
)
def test_nothing_to_do_shows_nothing(admin_client, issue, state, fields):
    make_mailing(issue, state, **fields)
    assert panel(admin_client) == ""


def test_writer_sees_no_panel(client, digest, issue):
    make_mailing(issue)
    for permission, is_shown in (("change", False), ("publish", True)):
        client.force_login(make_user(permission, digest, permission))
        assert bool(panel(client)) == is_shown


def test_number_of_queries_is_constant(admin_client, digest):
    numbers = []
    for day in range(1, 5):
        make_mails(make_mailing(make_issue(digest, day)), "accepted", "waiting")
        sign_up(digest, f"r{day}@example.org")
        EmailDelivery.objects.filter(mailing=None).update(created_at=ago(hours=1))
        admin_client.get("/admin/")
        with CaptureQueriesContext(connection) as queries:
            admin_client.get("/admin/")
        numbers.append(len(queries))
    assert len(set(numbers)) == 1


def test_letter_that_was_just_written_is_not_late(admin_client, digest):
    sign_up(digest)
    assert panel(admin_client) == ""


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"created_at": ago(hours=1)}, "run_jobs"),
        ({"attempts": 1, "reply": "421 <busy>"}, "The mail server replied: 421 &lt;busy&gt;"),
    ],
)
def test_late_letters_are_shown_with_the_reason(admin_client, digest, fields, shown):
    sign_up(digest)
    EmailDelivery.objects.update(**fields)
    assert "1 letter to a reader waits." in panel(admin_client)
    assert shown in panel(admin_client)


def test_letters_over_the_limit_are_shown(admin_client, digest, settings):
    settings.DIGEST_NEWSLETTER_LETTERS_PER_HOUR = 1
    for name in ("a", "b"):
        sign_up(digest, f"{name}@example.org")
    EmailDelivery.objects.update(created_at=ago(hours=1))
    first = EmailDelivery.objects.first()
    EmailDelivery.objects.filter(pk=first.pk).update(state="accepted", at=ago(minutes=1))
    assert "No more than 1 letters are sent within an hour." in panel(admin_client)


def test_late_letters_are_discarded(admin_client, digest):
    sign_up(digest, "late@example.org")
    EmailDelivery.objects.update(created_at=ago(hours=1))
    sign_up(digest, "new@example.org")
    assert DISCARD in panel(admin_client)
    assert "the letter that waits" in admin_client.get(DISCARD).content.decode()
    admin_client.post(DISCARD)
    states = EmailDelivery.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["skipped", "waiting"]
    assert ModelLogEntry.objects.get(action="digest_newsletter.discard_letters").label == "1 letter"
    page = admin_client.post(DISCARD, follow=True).content.decode()
    assert "No letter waits." in page


def test_only_newsletter_managers_discard_letters(client, digest):
    client.force_login(make_user("editor", digest, "publish"))
    sign_up(digest)
    EmailDelivery.objects.update(created_at=ago(hours=1))
    assert "waits" in panel(client)
    assert DISCARD not in panel(client)
    for method in (client.get, client.post):
        assert method(DISCARD).status_code == 302
    assert EmailDelivery.objects.get().state == "waiting"
