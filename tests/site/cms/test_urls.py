"""The doors around the digest: media, CORS and the headers every answer carries."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client


@pytest.fixture
def upload(settings) -> Callable[[str], None]:
    """Put a file below MEDIA_ROOT."""

    def put(name: str) -> None:
        path = Path(settings.MEDIA_ROOT, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("content")

    return put


def test_pictures_are_served_where_no_web_server_does(client: Client, upload):
    upload("images/picture.txt")
    response = client.get("/media/images/picture.txt")
    assert b"".join(response.streaming_content) == b"content"


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["", "./", "/", "images/../", "images/%2e%2e/"])
def test_documents_are_not_served_past_their_privacy(client: Client, upload, way: str):
    upload("documents/private.txt")
    assert client.get(f"/media/{way}documents/private.txt").status_code in (400, 404)


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "allowed"), [("/api/v1/", "*"), ("/admin/login/", None)])
def test_other_origins_may_read_the_api_and_nothing_else(client: Client, path, allowed):
    response = client.get(path, headers={"Origin": "https://elsewhere.example"})
    assert response.get("Access-Control-Allow-Origin") == allowed
    assert "Access-Control-Allow-Credentials" not in response


def test_a_preflight_offers_reading_only(client: Client):
    asking = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    response = client.options("/api/v1/", headers=asking)
    assert response["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


@pytest.mark.django_db
def test_the_editor_may_not_be_framed(client: Client):
    response = client.get("/admin/login/")
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
