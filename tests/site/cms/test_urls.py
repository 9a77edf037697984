"""Media, CORS and security headers of the site."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client


@pytest.fixture
def upload(settings) -> Callable[[str], None]:
    """Create a file in MEDIA_ROOT."""

    def put(name: str) -> None:
        path = Path(settings.MEDIA_ROOT, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("content")

    return put


def test_images_are_served(client: Client, upload):
    upload("images/image.txt")
    response = client.get("/media/images/image.txt")
    assert b"".join(response.streaming_content) == b"content"


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", ["", "./", "/", "images/../", "images/%2e%2e/"])
def test_documents_are_not_served_as_media(client: Client, upload, prefix: str):
    upload("documents/private.txt")
    assert client.get(f"/media/{prefix}documents/private.txt").status_code in (400, 404)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["../../x", "images/%2e%2e/%2e%2e/%2e%2e/x", "%00", "..%2f..%2fx"])
def test_path_out_of_the_folder_is_a_404_that_logs_no_error(client: Client, caplog, path: str):
    assert client.get(f"/media/images/{path}").status_code == 404
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "allowed"), [("/api/v1/", "*"), ("/admin/login/", None)])
def test_cors_allows_the_api_only(client: Client, path, allowed):
    response = client.get(path, headers={"Origin": "https://elsewhere.example"})
    assert response.get("Access-Control-Allow-Origin") == allowed
    assert "Access-Control-Allow-Credentials" not in response


def test_a_preflight_allows_only_reading(client: Client):
    headers = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    response = client.options("/api/v1/", headers=headers)
    assert response["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


@pytest.mark.django_db
def test_the_admin_cannot_be_framed(client: Client):
    response = client.get("/admin/login/")
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
