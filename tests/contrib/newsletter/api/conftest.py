"""Fixtures of the API's tests, and a digest that takes sign-ups."""

import pytest

from tests.api.conftest import _validate_responses, get, other_site  # noqa: F401
from tests.builders import make_digest
from tests.contrib.newsletter.readers import open_newsletter


@pytest.fixture
def digest(home_page):
    """A digest at /daily/ that takes sign-ups."""
    digest = make_digest(home_page)
    open_newsletter(digest, privacy_url="https://example.com/privacy/")
    return digest


@pytest.fixture
def post(client):
    """Return a function that POSTs JSON below /api/v1/, and checks the status."""

    def post(path, body=None, status=202, **headers):
        response = client.post(
            f"/api/v1/{path}", body or {}, content_type="application/json", headers=headers
        )
        assert response.status_code == status, response.content
        return response

    return post
