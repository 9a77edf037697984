"""Letters that are sent by the API of a provider, with django-anymail and a local server."""

import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from anymail.exceptions import AnymailAPIError
from django.utils import timezone

from digest.contrib.newsletter import provider_replies, sending, suppression
from digest.contrib.newsletter.models import EmailDelivery, Subscriber
from tests.contrib.newsletter.readers import open_newsletter, sign_up

pytestmark = pytest.mark.django_db
ADDRESS = "reader@example.org"
ACCEPTED = {"ErrorCode": 0, "Message": "OK", "MessageID": "id-1", "To": ADDRESS}
INVALID = {"ErrorCode": 300, "Message": f"Invalid 'To' address: '{ADDRESS}'."}
INACTIVE = {
    "ErrorCode": 406,
    "Message": "You tried to send to a recipient that has been marked as inactive.\n"
    f"Found inactive addresses: {ADDRESS}.\nInactive recipients have bounced.",
}


class Provider(HTTPServer):
    """A server that replies as it is told, and keeps the last request."""

    status, reply, request = 200, ACCEPTED, None


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.request = json.loads(body)
        self.send_response(self.server.status)
        self.send_header("Retry-After", "600")
        self.end_headers()
        self.wfile.write(json.dumps(self.server.reply).encode())

    def log_message(self, *args: object) -> None:
        """Print nothing."""


@pytest.fixture
def provider(settings) -> Iterator[Provider]:
    server = Provider(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    url = f"http://127.0.0.1:{server.server_port}/"
    settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "token", "POSTMARK_API_URL": url}
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def letter(digest):
    open_newsletter(digest, from_name='The "daily", in short', reply_to="editors@news.example")
    sign_up(digest)
    return EmailDelivery.objects.get()


def send(letter):
    EmailDelivery.objects.update(not_before=None)
    sending.run()
    letter.refresh_from_db()
    return letter


def test_provider_gets_all_headers_and_its_id_is_stored(letter, provider):
    assert send(letter).provider_id == "id-1"
    sent = provider.request
    assert sent["From"] == r'"The \"daily\", in short" <webmaster@localhost>'
    assert (sent["To"], sent["ReplyTo"]) == (ADDRESS, "editors@news.example")
    headers = {header["Name"]: header["Value"] for header in sent["Headers"]}
    assert headers["Message-ID"].startswith(f"<{letter.pk}.")
    assert headers["Auto-Submitted"] == "auto-generated"
    assert "/newsletter/confirm/" in sent["TextBody"]
    assert "/newsletter/confirm/" in sent["HtmlBody"]


@pytest.mark.parametrize(
    ("reply", "reason", "failures"), [(INVALID, "bounced", 0), (INACTIVE, None, 1)]
)
def test_recipient_that_the_provider_refuses(letter, provider, reply, reason, failures, caplog):
    provider.status, provider.reply = 422, reply
    assert send(letter).state == "refused"
    assert suppression.reason_of(ADDRESS) == reason
    assert Subscriber.objects.get().failures == failures
    assert ADDRESS not in letter.reply + caplog.text


def test_mail_that_the_provider_takes_is_not_delivered_yet(letter, provider):
    Subscriber.objects.update(failures=4)
    assert send(letter).state == "accepted"
    assert Subscriber.objects.get().failures == 4


@pytest.mark.parametrize("status", [429, 503])
def test_busy_provider_is_tried_again_when_it_says(letter, provider, status):
    provider.status = status
    assert send(letter).state == "waiting"
    wait = letter.not_before - timezone.now()
    assert timedelta(minutes=9) < wait <= timedelta(minutes=10)


def test_reply_that_cannot_be_read_sends_the_mail_only_once_more(letter, provider):
    provider.reply = "Accepted"
    assert [send(letter).state for _time in range(3)] == ["waiting", "unknown", "unknown"]


def test_provider_that_is_not_reached_gets_the_mail_later(letter, provider):
    provider.shutdown()
    provider.server_close()
    assert [send(letter).state for _time in range(4)] == ["waiting"] * 4


def test_status_of_amazons_library():
    class ClientError(Exception):
        response = {"ResponseMetadata": {"HTTPStatusCode": 429}}

    error = AnymailAPIError("An error occurred")
    error.__cause__ = ClientError()
    assert provider_replies.http_status(error) == 429
    assert provider_replies.http_status(ValueError()) is None
