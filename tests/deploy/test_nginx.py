"""The configurations of docs/deploy, in nginx; skipped if it is not installed."""

import re
import time

import pytest

from tests.builders import restrict
from tests.deploy.conftest import DEPLOY, Proxy, free_port, program
from tests.visibility import people

BINARY = program("nginx")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(BINARY is None, reason="nginx is not installed")]

LIST, PAGE, FEED = "/api/v1/issues/", "/daily/2026-04-14/", "/feeds/daily/rss.xml"
MAIN = """
daemon off;
user root;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    include {folder}/cache.conf;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_cache digest_responses;
            proxy_pass http://127.0.0.1:{site_port};
            proxy_set_header Host $host;
        }}
    }}
}}
"""


def start(site_port, folder):
    """Start nginx as documented, with another cache folder."""
    port = free_port()
    written = (DEPLOY / "nginx-cache.conf").read_text(encoding="utf-8")
    cache = written.replace("/var/cache/nginx/digest", f"{folder}/cache")
    (folder / "cache.conf").write_text(cache, encoding="utf-8")
    return run(MAIN.format(folder=folder, port=port, site_port=site_port), port, folder)


def run(config, port, folder):
    """Start nginx with a configuration that listens on the port."""
    (folder / "nginx.conf").write_text(config, encoding="utf-8")
    command = [BINARY, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    return Proxy([*command, "-e", str(folder / "error.log")], port, folder)


def start_documented(site_port, folder):
    """Start nginx.conf without TLS and IPv6; ``X-Client`` is the address of the client."""
    port = free_port()
    config = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    for pattern, replacement in {
        r"(?s)server \{\n    listen 80;.*?\n\}\n": "",
        r"    (ssl_.*|listen \[.*)\n": "",
        r"listen 443.*;": f"listen 127.0.0.1:{port};",
        r"127\.0\.0\.1:8000": f"127.0.0.1:{site_port}",
        r"/var/log/nginx": str(folder),
    }.items():
        assert re.search(pattern, config), pattern
        config = re.sub(pattern, replacement, config)
    main = f"daemon off; user root; pid {folder}/nginx.pid; error_log {folder}/error.log;"
    client = "set_real_ip_from 127.0.0.1; real_ip_header X-Client;"
    return run(f"{main} events {{}} http {{ {client}\n{config}\n}}", port, folder)


def test_tokens_are_in_no_log_even_if_the_site_is_down(tmp_path):
    nginx, token = start_documented(free_port(), tmp_path), "x" * 43
    for path in ("/preview/{}/", "/preview//{}/", "/%70review/{}/", "/PREVIEW/{}"):
        assert nginx.request(path.format(token)).status == 502
    nginx.request(f"/api/v1/preview/{token}/?x=/preview/abc")
    for path in (f"/preview/{token}/", f"%2Fpreview%2F{token}"):
        nginx.request(f"/daily/?next={path}")
    for page in ("confirm", "unsubscribe", "u", "preferences", "block", "%63onfirm"):
        assert nginx.request(f"/newsletter/{page}/{token}/").status == 502
        assert nginx.request(f"/newsletter/{page}/{token}/", "POST").status == 502
    for endpoint in ("confirmations", "unsubscriptions", "preferences", "%70references"):
        assert nginx.request(f"/api/v1/{endpoint}/{token}/", "POST").status == 502
    assert nginx.request(f"/admin/password_reset/confirm/MTI/{token}/").status == 502
    nginx.request(f"/search/?q=%2Fnewsletter%2Fu%2F{token}")
    nginx.request("/daily/preview-of-may/")
    nginx.request("/newsletter/subscribe/daily/")
    assert nginx.request("/readyz").status == nginx.request("/%72eadyz").status == 404
    nginx.stop()
    access = (tmp_path / "digest.log").read_text()
    assert access.count("/preview/[token] 502") == 5
    assert len(re.findall(r"/newsletter/\w+/\[token\] 502", access)) == 12
    assert len(re.findall(r"/api/v1/\w+/\[token\] 502", access)) == 5
    assert "GET /admin/password_reset/confirm/[token] 502" in access
    assert token not in access
    assert "GET /daily/preview-of-may/ 502" in access
    assert "GET /newsletter/subscribe/daily/ 502" in access
    errors = (tmp_path / "error.log").read_text().splitlines()
    assert [line for line in errors if token in line and "?" not in line] == []


@pytest.fixture
def nginx(server, tmp_path):
    """Run nginx as the proxy of the site."""
    nginx = start(server.thread.port, tmp_path)
    yield nginx
    nginx.stop()


def test_cacheable_responses_are_cached(nginx, issue):
    for path in (LIST, PAGE, FEED, "/"):
        assert not nginx.request(path).is_hit
        again = nginx.request(path, accept="text/html,*/*;q=0.8")
        assert again.is_hit, path
        assert "First title" in again.text
        assert again.headers["cache-control"] == "public, no-cache"
        assert "surrogate-key" not in again.headers
        tag = again.headers["etag"]
        assert nginx.request(path, if_none_match=tag).status == 304
    compressed = [nginx.request(LIST, accept_encoding="gzip") for _ in range(2)]
    assert [response.headers.get("content-encoding") for response in compressed] == ["gzip", "gzip"]
    one = f"/api/v1/issues/{issue.pk}/"
    types = [
        nginx.request(one, accept=kind).headers["content-type"] for kind in ("*/*", "text/markdown")
    ]
    assert [kind.partition(";")[0] for kind in types] == ["application/json", "text/markdown"]


def test_private_responses_are_not_cached(nginx, issue):
    cookie = f"a=b; sessionid={people.editor().cookies['sessionid'].value}"
    nginx.request(PAGE)
    for _ in range(2):
        own = nginx.request(PAGE, cookie=cookie)
        assert (own.is_hit, own.headers["cache-control"]) == (False, "private")
        assert "wagtail-userbar" in own.text
    shared = nginx.request(PAGE, cookie="_ga=1")
    assert shared.is_hit
    assert "wagtail-userbar" not in shared.text
    assert not nginx.request(PAGE, authorization="Basic eDp5").is_hit
    nginx.request(LIST)
    assert nginx.request(LIST, cookie=cookie, authorization="Basic eDp5").is_hit
    restrict(issue)
    private = f"/daily/{issue.slug}/?again"
    for path in (private, "/admin/login/", "/api/v1/preview/none/", "/search/?q=title"):
        nginx.request(path)
        assert not nginx.request(path).is_hit, path
    assert nginx.request(LIST, "POST").status == 405


def test_responses_expire_as_the_site_says(other_site, tmp_path):
    nginx = start(other_site.server_port, tmp_path)
    control = "public, max-age=1, stale-while-revalidate=0"
    other_site.set_response(LIST, 200, "one", Cache_Control=control)
    other_site.set_response(PAGE, 200, "one", Cache_Control="public, max-age=0, s-maxage=1")
    for path in (LIST, PAGE):
        assert nginx.request(path).text == "one"
        assert nginx.request(path).is_hit
        other_site.set_response(path, 200, "two", Cache_Control=control)
    time.sleep(2.1)  # nginx counts in whole seconds
    assert [nginx.request(path).text for path in (LIST, PAGE)] == ["two", "two"]
    nginx.stop()


@pytest.fixture
def front(other_site, tmp_path):
    """Run nginx.conf without TLS in front of a site that always responds the same."""
    front = start_documented(other_site.server_port, tmp_path)
    yield front
    front.stop()


@pytest.mark.parametrize(
    ("method", "path", "is_limited"),
    [
        ("POST", "/admin/login/", True),
        ("POST", "/admin/%6Cogin/?next=/admin/", True),
        ("POST", "/_util/authenticate_with_password/3/5/", True),
        ("POST", "/documents/authenticate_with_password/3/", True),
        ("GET", "/search/?q=trams", True),
        ("GET", "/admin/login/", False),
        ("POST", "/admin/pages/3/edit/", False),
        ("GET", "/daily/2026-04-14/", False),
    ],
)
def test_guessing_and_searching_are_limited(front, other_site, method, path, is_limited):
    statuses = [front.request(path, method).status for _ in range(30)]
    assert statuses[0] != 429
    assert (429 in statuses) is is_limited


@pytest.mark.parametrize(
    ("address", "is_limited"),
    [
        ("2001:db8:1:2::1", True),
        ("2001:db8:1:2:a:0:a0a:b", True),
        ("2001:db8:1:3::1", False),
        ("192.0.2.7", False),
    ],
)
def test_addresses_of_one_network_are_one_client(front, address, is_limited):
    for _ in range(30):
        front.request("/admin/login/", "POST", x_client="2001:db8:1:2:3:4:5:6")
    response = front.request("/admin/login/", "POST", x_client=address)
    assert (response.status == 429) is is_limited
