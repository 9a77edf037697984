"""Requests to other servers: SSRF protection, redirects and failures."""

import socket
import ssl

import httpcore
import pytest

from digest.http import client as http_client
from digest.http import connections
from digest.http.client import RequestBlocked, Unreachable, fetch
from tests.http.servers import running, server  # noqa: F401

PUBLIC = ["8.8.8.8", "2606:4700::1", "::ffff:8.8.8.8", "2002:808:808::", "64:ff9b::808:808"]
# Next to networks that are not public.
PUBLIC += ["192.0.1.1", "192.88.98.255", "192.88.100.0", "2001:200::1", "2001:4860:4860::8888"]
# Loopback, private, link-local, documentation, reserved; and those embedded in IPv6.
PRIVATE = """
0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 127.0.0.1 127.255.0.1 169.254.169.254 172.16.0.1
172.31.255.255 192.0.0.1 192.0.2.1 192.168.0.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1
239.255.255.255 240.0.0.1 255.255.255.255 :: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1
::ffff:10.0.0.1 64:ff9b::7f00:1 64:ff9b:1::1 100::1 2001::1 2001:db8::1 2002:7f00:1:: 2002:a00:1::
fc00::1 fd00:ec2::254 fe80::1 fe80::1%lo fec0::1 ff02::1 192.0.0.8 192.0.0.9 192.0.0.192
192.88.99.1 ::ffff:192.0.0.192 64:ff9b::c000:c0 2002:c000:c0:: 3fff::1 3fff:fff::1 5f00::1
2001:1::1 2001:20::1 2001:1ff:ffff::1 64:ff9b:1:ffff::1
""".split()  # noqa: SIM905


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address):
    assert connections.is_public_ip(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses(address):
    assert not connections.is_public_ip(address)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "//example.com/",
        "file:///etc/passwd",
        "ftp://example.com/",
        "gopher://example.com:80/_x",
        "http://user@example.com/",
        "http://user:secret@example.com/",
        "http://@example.com/",
        "http://example.com\\@evil.example/",
        "http://example.com:22/",
        "http://example.com:8080/",
        "http://example.com:99999/",
        "http://[::1/",
        "http://exa mple.com/",
        "http://exam\x00ple.com/",
        "http://",
    ],
)
def test_blocked_urls(url, monkeypatch):
    monkeypatch.setattr(connections, "resolve", pytest.fail)
    with pytest.raises(RequestBlocked):
        fetch(url)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:7f00:1]"]
)
def test_localhost_by_any_name_is_not_requested(host):
    with running() as hidden, pytest.raises(http_client.RequestError):
        fetch(f"http://{host}/")
    assert hidden.requests == []


def test_allowed_server_is_requested_but_not_another_port_of_its_host(settings):
    with running() as inside, running() as hidden:
        settings.DIGEST_HTTP_ALLOWED_HOSTS = [f"localhost:{inside.server_port}"]
        inside.set_response("/", 302, Location=hidden.url(host="localhost"))
        inside.set_response("/a", body="inside")
        assert fetch(inside.url("/a", "localhost"), max_bytes=10).body == b"inside"
        for url in (inside.url(host="localhost"), inside.url(host="127.0.0.1")):
            with pytest.raises(RequestBlocked):
                fetch(url)
    assert hidden.requests == []


def test_all_addresses_of_a_host_must_be_public(server, monkeypatch):  # noqa: F811
    monkeypatch.setattr(connections, "resolve", lambda host, port: ["127.0.0.1", "10.0.0.7"])
    with pytest.raises(RequestBlocked):
        fetch(server.url())
    monkeypatch.setattr(connections, "resolve", lambda host, port: [])
    with pytest.raises(RequestBlocked):
        fetch(server.url())
    assert server.requests == []


def test_dns_rebinding(server, monkeypatch):  # noqa: F811
    looked_up = []

    def rebinding(host, *args, **kwargs):
        """Resolve to another address the second time."""
        if host != "source.example":
            return system(host, *args, **kwargs)
        looked_up.append(host)
        address = "127.0.0.1" if len(looked_up) == 1 else "127.0.0.2"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, server.server_port))]

    monkeypatch.undo()
    system = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(connections, "is_public_ip", lambda address: address == "127.0.0.1")
    monkeypatch.setattr(http_client, "allowed_ports", lambda: {server.server_port})
    server.set_response("/", body="public")
    assert fetch(server.url(), max_bytes=100).body == b"public"
    assert len(looked_up) == 1
    with pytest.raises(RequestBlocked):
        fetch(server.url())


def test_redirects_to_blocked_urls_are_not_followed(server, monkeypatch):  # noqa: F811
    hidden = {"inside.example": ["127.0.0.2"]}
    monkeypatch.setattr(connections, "resolve", lambda host, port: hidden.get(host, ["127.0.0.1"]))
    for number, url in enumerate(
        [
            server.url("/secret", "inside.example"),
            "http://source.example:22/",
            "file:///etc/passwd",
            "http://user:secret@source.example/",
            "http://[::1",
        ]
    ):
        server.set_response(f"/{number}", 302, Location=url)
        with pytest.raises(http_client.RequestError):
            fetch(server.url(f"/{number}"))
    assert [path for _, _, path in server.requests] == ["/0", "/1", "/2", "/3", "/4"]


def test_redirects_are_followed_and_returned(server):  # noqa: F811
    server.set_response("/a", 301, Location="/b?x=%C3%A9")
    server.set_response("/b?x=%C3%A9", 302, Location=server.url("/c", "other.example"))
    server.set_response("/c", body="there")
    seen = []
    response = fetch(server.url("/a"), max_bytes=10, on_request=seen.append)
    assert (response.status, response.body) == (200, b"there")
    assert response.url == server.url("/c", "other.example")
    assert [status for status, _ in response.redirects] == [301, 302]
    assert seen == [server.url("/a"), *(url for _, url in response.redirects)]


def test_redirect_loops_end(server):  # noqa: F811
    server.set_response("/a", 302, Location="/a")
    with pytest.raises(Unreachable, match="too many times"):
        fetch(server.url("/a"))
    assert len(server.requests) == 6


def test_only_the_user_agent_identifies_the_site(server, monkeypatch, settings):  # noqa: F811
    settings.DIGEST_OUTBOUND_USER_AGENT = "example-bot/1.0"
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("NETRC", "/nowhere")
    server.set_response("/a", 302, Location="/b", Set_Cookie="seen=1")
    server.set_response("/b")
    fetch(server.url("/a"))
    for headers in server.headers:
        assert headers == {
            "Host": f"source.example:{server.server_port}",
            "User-Agent": "example-bot/1.0",
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }


@pytest.mark.parametrize("data", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\xff" * 99])
def test_invalid_responses(server, data):  # noqa: F811
    server.set_handler("/", lambda handler: handler.wfile.write(data))
    with pytest.raises(Unreachable):
        fetch(server.url())


def test_hosts_that_do_not_listen_or_exist(server, monkeypatch):  # noqa: F811
    server.shutdown()
    server.server_close()
    with pytest.raises(Unreachable, match="could not be connected"):
        fetch(server.url())
    monkeypatch.undo()
    with pytest.raises(Unreachable, match="does not exist"):
        fetch("http://nobody.invalid/")


def test_the_next_address_is_tried(server, monkeypatch):  # noqa: F811
    monkeypatch.setattr(connections, "resolve", lambda host, port: ["127.0.0.9", "127.0.0.1"])
    monkeypatch.setattr(connections, "is_public_ip", lambda address: True)
    server.set_response("/")
    assert fetch(server.url()).status == 200


def test_a_certificate_must_be_that_of_the_host(server, monkeypatch):  # noqa: F811
    names = []

    class Context(ssl.SSLContext):
        def wrap_socket(self, sock, server_hostname=None, **kwargs):
            names.append(server_hostname)
            return super().wrap_socket(sock, server_hostname=server_hostname, **kwargs)

    context = httpcore.default_ssl_context()
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
    monkeypatch.setattr(connections, "tls_context", lambda: Context(ssl.PROTOCOL_TLS_CLIENT))
    with pytest.raises(Unreachable, match="secure connection could not"):
        fetch(server.url().replace("http:", "https:"))
    assert names == ["source.example"]
