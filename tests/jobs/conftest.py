"""What all tests of jobs share."""

import pytest

from digest.jobs import runner


@pytest.fixture(autouse=True)
def _connections_stay_open(request, monkeypatch):
    """Keep the connection with the transaction that a test runs in."""
    marker = request.node.get_closest_marker("django_db")
    if not (marker and marker.kwargs.get("transaction")):
        monkeypatch.setattr(runner, "close_old_connections", lambda: None)
