"""URLs that are refused when they are entered; no request is made."""

import socket

import pytest
from django.core.exceptions import ValidationError

from digest.contrib.webhooks.presets import PRESETS
from digest.contrib.webhooks.presets.base import MAX_LENGTH, require_https, require_public
from digest.http import connections

STANDARD = PRESETS["standard"]

REFUSED = [
    "",
    None,
    "hooks.example",
    "//hooks.example/",
    "/receive",
    "file:///etc/passwd",
    "gopher://hooks.example/_x",
    "ftp://hooks.example/",
    "javascript:alert(1)",
    "http://hooks.example/",
    "https://ada@hooks.example/",
    "https://ada:secret@hooks.example/",
    "https://hooks.example/#top",
    "https://hooks.example/a b",
    "https://hooks.example/a\nb",
    "https://hooks.exam\tple/",
    "https://hooks.example/\x00",
    "https://hooks.example/\u202e",
    "https://hooks.example\\@evil.example/",
    "https://hooks.example/\\evil",
    "https://hooks.example:8443/",
    "https://hooks.example:80/",
    "https://hooks.example:99999/",
    "https://[::1/",
    "https://hooks.example/" + "a" * MAX_LENGTH,
    "https://hooks.example/" + "é" * 400,
]


@pytest.mark.parametrize("url", REFUSED)
def test_url_is_refused(url, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", pytest.fail)
    with pytest.raises(ValidationError):
        STANDARD.clean_url(url)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("hooks.example", "It is not a valid https URL."),
        ("http://hooks.example:8443/", "It is not an https URL."),
        (
            "https://ada:secret@hooks.example/",
            "It has a user name or a password in front of the host.",
        ),
        ("https://hooks.example:8443/", "Only port 443 is allowed."),
    ],
)
def test_message_says_what_is_wrong(url, message):
    with pytest.raises(ValidationError) as raised:
        STANDARD.clean_url(url)
    assert raised.value.messages == [message]


@pytest.mark.parametrize(
    ("entered", "stored"),
    [
        (" https://hooks.example/a?b=c ", "https://hooks.example/a?b=c"),
        ("https://Bücher.example/é", "https://xn--bcher-kva.example/%C3%A9"),
        ("https://hooks.example:443", "https://hooks.example:443/"),
    ],
)
def test_url_is_stored_normalized(entered, stored):
    assert STANDARD.clean_url(entered) == stored


def test_http_is_for_allowed_hosts(settings):
    settings.DIGEST_HTTP_ALLOWED_HOSTS = ["127.0.0.1:8900"]
    assert require_https("http://127.0.0.1:8900/a") == "http://127.0.0.1:8900/a"
    assert require_public("http://127.0.0.1:8900/a") == "http://127.0.0.1:8900/a"
    with pytest.raises(ValidationError):
        require_https("http://127.0.0.1:8901/a")


HOSTS = """
127.0.0.1 localhost [::1] 0.0.0.0 2130706433 0x7f.1 0177.0.0.1 127.1 ①②⑦.⓪.⓪.① [::ffff:127.0.0.1]
[64:ff9b::7f00:1] [2002:7f00:1::] 100.64.0.1 169.254.169.254 [fe80::1%25eth0] [fec0::1] 224.0.0.1
10.1.2.3 192.168.0.1 [fd00:ec2::254] nobody.invalid
""".split()  # noqa: SIM905


@pytest.mark.parametrize("host", HOSTS)
def test_host_that_is_not_public_is_refused(host, monkeypatch):
    monkeypatch.setattr(socket, "create_connection", pytest.fail)
    with pytest.raises(ValidationError):
        require_public(require_https(f"https://{host}/"))


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["93.184.216.34", "10.0.0.7"], []])
def test_every_address_of_a_name_must_be_public(addresses, monkeypatch):
    monkeypatch.setattr(connections, "resolve", lambda host, port: addresses)
    with pytest.raises(ValidationError):
        require_public("https://10.0.0.7.nip.example/")


def test_public_host_is_looked_up_once(monkeypatch):
    looked_up = []
    monkeypatch.setattr(
        connections, "resolve", lambda *found: looked_up.append(found) or ["93.184.216.34"]
    )
    assert require_public("https://hooks.example/a") == "https://hooks.example/a"
    assert looked_up == [("hooks.example", 443)]
