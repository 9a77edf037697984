"""Receivers that misbehave, what is logged of them, and requests that must not be made."""

import socket
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from digest.contrib.webhooks import attempts
from digest.contrib.webhooks.attempts import MAX_BYTES
from digest.contrib.webhooks.models import WebhookDelivery, WebhookEndpoint
from digest.contrib.webhooks.presets.standard import StandardPreset
from digest.http import client, connections
from digest.http.client import RequestBlocked, parse_https_url, post_json
from tests.contrib.webhooks.builders import make_delivery, make_endpoint
from tests.contrib.webhooks.sending import attempt, deliver, endpoint_at, requests_to
from tests.http.servers import running as running_server

pytestmark = pytest.mark.django_db

State = WebhookDelivery.State


@pytest.fixture
def short(monkeypatch):
    """Give receivers less time than 15 seconds."""
    monkeypatch.setattr(attempts, "SECONDS", 0.5)


def failure(receiver, path):
    """Return the log of an attempt that has failed."""
    delivery = deliver(receiver, path)
    assert (delivery.state, delivery.attempt_count) == (State.WAITING, 1)
    return delivery.attempts[-1]


@pytest.mark.parametrize("kind", ["hang", "drip", "dripping_headers"])
def test_slow_receivers_fail_at_the_deadline(receiver, short, kind):
    found = failure(receiver, f"/{kind}")
    assert (found["status"], found["error"]) == (None, "The server took too long to respond.")


@pytest.mark.parametrize("kind", ["reset", "invalid"])
def test_broken_responses_fail(receiver, kind):
    found = failure(receiver, f"/{kind}")
    assert found["status"] is None
    assert found["error"].startswith("The connection broke")


def test_receiver_that_does_not_listen_fails(receiver, settings):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host = f"127.0.0.1:{listener.getsockname()[1]}"
    settings.DIGEST_HTTP_ALLOWED_HOSTS = [host]
    found = attempt(make_delivery(make_endpoint(url=f"http://{host}/"))).attempts[-1]
    assert found["error"] == "The server could not be connected to."


def test_only_64_kilobytes_of_a_huge_body_are_read(receiver):
    delivery = deliver(receiver, "/huge")
    assert delivery.state == State.SENT
    assert delivery.attempts[-1]["response"] == "x" * 2048
    path = delivery.endpoint.url.removeprefix(receiver.url(""))
    # What fits into the buffers of both sockets may be sent, too.
    assert receiver.state["sent"].get(path, 0) < 20_000_000
    assert MAX_BYTES == 65536


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("to", ["inside", "file:///etc/passwd", "https://example.com/", "?"])
def test_redirects_fail_and_are_not_followed(receiver, status, to):
    hidden = endpoint_at(receiver, "/statuses/204")
    found = failure(receiver, f"/redirect/{status}?to={hidden.url if to == 'inside' else to}")
    assert (found["status"], found["error"]) == (status, "It redirects, which is not followed.")
    assert requests_to(receiver, hidden) == []


def test_response_is_logged_without_control_characters_and_cut(receiver):
    body = "%3Cscript%3E%0A%00%1B[2J%E2%80%AE%FF" + "a" * 3000
    found = failure(receiver, f"/statuses/500?body={body}")
    assert found["response"].startswith("<script>\n\ufffd\ufffd[2J\ufffd\ufffda")
    assert len(found["response"]) == 2048


def test_log_has_neither_the_url_nor_a_token(receiver, monkeypatch):
    request = StandardPreset.request

    def with_token(self, delivery, timestamp):
        found = request(self, delivery, timestamp)
        found.headers["Authorization"] = "Bearer ghp_0123456789"
        return found

    monkeypatch.setattr(StandardPreset, "request", with_token)
    found = failure(receiver, "/echo?key=hunter2")
    assert found["response"].startswith("Cannot POST […]\n")
    for secret in ("/echo", "hunter2", "ghp_0123456789"):
        assert secret not in str(found)


def test_presets_explain_a_status(receiver, monkeypatch):
    monkeypatch.setattr(StandardPreset, "explain", lambda self, status: f"Why {status}")
    assert failure(receiver, "/statuses/404")["error"] == "Why 404"


@pytest.mark.parametrize(
    "fields", [{"preset": "gone", "events": []}, {"url": "https://e.example:99"}]
)
def test_delivery_that_cannot_be_requested_fails_as_others_do(fields, caplog):
    endpoint = make_endpoint()
    for name, value in fields.items():
        setattr(endpoint, name, value)
    endpoint.save()
    delivery = attempt(make_delivery(endpoint))
    assert (delivery.state, delivery.attempts[-1]["status"]) == (State.WAITING, None)
    assert delivery.attempts[-1]["error"]


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory):
    """Return the context of a server with a certificate of its own."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    builder = builder.public_key(key.public_key()).serial_number(1)
    builder = builder.not_valid_before(now).not_valid_after(now + timedelta(days=1))
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    found = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    path = tmp_path_factory.mktemp("tls") / "all.pem"
    pem, no_password = serialization.Encoding.PEM, serialization.NoEncryption()
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, no_password)
    path.write_bytes(private + found.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def test_certificate_that_nobody_has_signed_fails(self_signed, settings):
    with running_server() as server:
        server.socket = self_signed.wrap_socket(server.socket, server_side=True)
        settings.DIGEST_HTTP_ALLOWED_HOSTS = [f"localhost:{server.server_port}"]
        url = f"https://localhost:{server.server_port}/"
        delivery = attempt(make_delivery(make_endpoint(url=url)))
        assert delivery.attempts[-1]["error"] == "A secure connection could not be made."
        assert server.requests == []


def test_proxies_and_netrc_of_the_environment_are_ignored(receiver, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("default login ada password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with running_server() as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url(host="127.0.0.1"))
        delivery = deliver(receiver, "/statuses/204")
        assert proxy.requests == []
    [request] = requests_to(receiver, delivery.endpoint)
    assert "Authorization" not in request["headers"]
    assert set(request["headers"]) <= HEADERS


HEADERS = {"Host", "User-Agent", "Accept", "Accept-Encoding", "Connection", "Content-Type"}
HEADERS |= {"Content-Length", "webhook-id", "webhook-timestamp", "webhook-signature"}


def test_http_is_only_for_allowed_hosts(receiver, settings, monkeypatch):
    settings.DIGEST_HTTP_ALLOWED_HOSTS = []
    monkeypatch.setattr(client, "allowed_ports", lambda: {receiver.port})
    monkeypatch.setattr(connections, "is_public_ip", lambda address: True)
    endpoint = endpoint_at(receiver, "/statuses/204")
    found = attempt(make_delivery(endpoint)).attempts[-1]
    assert (found["status"], found["error"]) == (None, "It is not an https URL.")
    assert requests_to(receiver, endpoint) == []


def test_nothing_is_sent_for_an_unknown_preset(receiver):
    endpoint = endpoint_at(receiver, "/statuses/204")
    WebhookEndpoint.objects.update(preset="pigeon")
    found = attempt(make_delivery(WebhookEndpoint.objects.get())).attempts[-1]
    message = "This version does not know the receiver “pigeon”, and sends nothing."
    assert (found["status"], found["error"]) == (None, message)
    assert requests_to(receiver, endpoint) == []


def test_receiver_has_fifteen_seconds_in_all(receiver, monkeypatch):
    used = []
    monkeypatch.setattr(attempts, "post_json", lambda *args, **kwargs: used.append(kwargs))
    deliver(receiver, "/statuses/204")
    assert [kwargs["seconds"] for kwargs in used] == [15]


def test_deadline_is_all_that_limits_a_post(receiver, monkeypatch):
    monkeypatch.setattr("digest.http.client.READ_SECONDS", 0.001)
    endpoint = endpoint_at(receiver, "/slow")
    assert post_json(endpoint.url, b"{}", max_bytes=9, seconds=15).status == 204


def test_address_that_was_checked_is_the_one_that_is_used(receiver, settings, monkeypatch):
    """A name that resolves to another address the second time gains nothing (DNS rebinding)."""
    settings.DIGEST_HTTP_ALLOWED_HOSTS, found = [], [["93.184.216.34"], ["127.0.0.1"]]
    monkeypatch.setattr(connections, "resolve", lambda host, port: found.pop(0))
    assert parse_https_url("https://hooks.example/")
    assert connections.public_addresses("hooks.example", 443) == ["93.184.216.34"]
    with pytest.raises(RequestBlocked):
        post_json("https://hooks.example/", b"{}", max_bytes=9, seconds=1)


@pytest.mark.parametrize("echo", ["route/T0KEN-ABCDE", "{token: T0KEN-ABCDE}"])
@pytest.mark.parametrize("place", ["/T0KEN-ABCDE", "?token=T0KEN-ABCDE"])
def test_log_has_no_part_of_the_url_that_may_be_a_credential(receiver, place, echo):
    endpoint = endpoint_at(receiver, "/statuses/404")
    separator = "&" if "?" in place else "?"
    endpoint.url += f"{place}{separator}body={echo}"
    endpoint.save()
    found = attempt(make_delivery(endpoint)).attempts[-1]
    assert found["status"] == 404
    assert "[…]" in found["response"]
    assert "T0KEN" not in str(found)
