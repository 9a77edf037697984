"""Mail about an endpoint that was disabled."""

import pytest
from django.core import mail
from wagtail.users.models import UserProfile

from digest.contrib.webhooks import disabling
from digest.contrib.webhooks.sending import send_all
from tests.contrib.webhooks.builders import make_delivery
from tests.contrib.webhooks.sending import endpoint_at, reload

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(django_user_model):
    user = django_user_model.objects.create_user("ada", "ada@example.org")
    UserProfile.objects.create(user=user, preferred_language="de")
    return user


def disable(receiver, path="/statuses/410", **fields):
    endpoint = endpoint_at(receiver, path, **({"name": "Front end"} | fields))
    make_delivery(endpoint)
    send_all()
    return reload(endpoint)


def test_mail_names_the_webhook_its_host_the_error_and_the_admin(receiver, user, settings):
    settings.WAGTAILADMIN_BASE_URL = "https://cms.example/"
    endpoint = disable(receiver, created_by=user)
    [message] = mail.outbox
    assert message.to == ["ada@example.org"]
    assert "Front end" in message.subject
    for part in ("Front end", "127.0.0.1", "HTTP 410"):
        assert part in message.body
    assert endpoint.url not in message.body
    assert "/statuses/" not in message.body


def test_mail_is_in_the_language_of_its_reader(receiver, user, settings):
    settings.ADMINS = [("Grace", "grace@example.org")]
    disable(receiver, created_by=user)
    german, english = mail.outbox
    assert german.subject == "Webhook ausgeschaltet: Front end"
    assert english.to == ["grace@example.org"]
    assert english.subject.endswith("Webhook disabled: Front end")


@pytest.mark.parametrize("fields", [{"is_active": False}, {"email": ""}])
def test_no_mail_to_users_who_cannot_get_or_use_it(receiver, user, fields):
    for name, value in fields.items():
        setattr(user, name, value)
    user.save()
    disable(receiver, created_by=user)
    disable(receiver)
    assert mail.outbox == []


def test_name_with_a_line_break_does_not_break_the_mail(receiver, user):
    disable(receiver, created_by=user, name="Front\nBcc: end")
    assert mail.outbox[0].subject.endswith("Front Bcc: end")


def test_no_mail_about_a_failure_that_disables_nothing(receiver, user):
    disable(receiver, "/statuses/500", created_by=user)
    assert mail.outbox == []


def test_mail_that_cannot_be_sent_is_logged_and_changes_nothing(receiver, user, settings, caplog):
    settings.EMAIL_BACKEND = "nowhere.EmailBackend"
    endpoint = disable(receiver, created_by=user)
    assert endpoint.disabled_reason == "gone"
    assert f"disabled webhook {endpoint.pk}" in caplog.text


def test_endpoint_that_was_deleted_meanwhile_has_no_mail(endpoint, caplog):
    endpoint.delete()
    disabling.notify(endpoint.pk, "HTTP 410")
    assert mail.outbox == []
