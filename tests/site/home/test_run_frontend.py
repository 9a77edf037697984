"""``run_frontend``: what the frontend gets. ``make frontend-test`` runs the command itself."""

import pytest

from home.management.commands.run_frontend import environment

API = "https://cms.example.com/api/v1/"


def test_variables_of_the_shell_do_not_lead_to_another_site(monkeypatch: pytest.MonkeyPatch):
    for name in ("DIGEST_API", "DIGEST_CMS", "DIGEST_WEBHOOK_SECRET", "PORT"):
        monkeypatch.setenv(name, "of another site")
    monkeypatch.setenv("NUM_PROXIES", "1")
    found = environment("https://cms.example.com", API, "http://127.0.0.1:4321", "whsec_a")
    assert found["DIGEST_API"] == API
    assert found["DIGEST_CMS"] == "https://cms.example.com"
    assert (found["DIGEST_WEBHOOK_SECRET"], found["PORT"]) == ("whsec_a", "4321")
    assert found["NUM_PROXIES"] == "1"
