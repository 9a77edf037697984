"""System checks of the settings."""

import pytest
from django.core.checks import run_checks


def found():
    return [message for message in run_checks() if message.id.startswith("digest.")]


@pytest.mark.parametrize("value", [0, -1, 33, "4", None, True, 1.5])
def test_invalid_number_of_threads(settings, value):
    settings.DIGEST_WEBHOOK_THREADS = value
    assert [message.id for message in found()] == ["digest.E058"]


@pytest.mark.parametrize("value", ["", 1, b"token", "a token", "token\n", "t\u00f6ken"])
def test_invalid_token_is_not_repeated(settings, value):
    settings.DIGEST_WEBHOOK_GITHUB_TOKEN = value
    [message] = found()
    assert message.id == "digest.E059"
    assert not value or repr(value) not in str(message)


@pytest.mark.parametrize(
    ("name", "value"),
    [("THREADS", 1), ("THREADS", 32), ("GITHUB_TOKEN", "github_pat_1"), ("GITHUB_TOKEN", None)],
)
def test_valid_setting(settings, name, value):
    setattr(settings, f"DIGEST_WEBHOOK_{name}", value)
    assert found() == []
