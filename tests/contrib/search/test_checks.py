"""System checks of readers' search."""

import pytest
from django.core.checks import run_checks
from django.db import connection

from digest.contrib.search import checks
from digest.contrib.search.checks import check_engine


def ids(errors):
    return [error.id for error in errors]


@pytest.mark.django_db
def test_supported_databases_pass():
    assert check_engine(["default"]) == []


def test_unsupported_database_is_an_error(monkeypatch):
    monkeypatch.setattr(checks, "ENGINES", {"none": None})
    [error] = check_engine(["default"])
    assert error.id == "digest.E010"
    assert connection.display_name in error.msg
    assert "none" in error.hint


def test_sqlite_without_fts5_is_an_error(monkeypatch):
    monkeypatch.setattr(checks, "_has_fts5", lambda connection: False)
    monkeypatch.setattr(type(connection), "vendor", "sqlite", raising=False)
    monkeypatch.setattr(checks, "connections", {"default": connection})
    assert ids(check_engine(["default"])) == ["digest.E010"] * (connection.vendor == "sqlite")


@pytest.mark.parametrize("databases", [None, [], ["other"]])
def test_only_given_databases_are_checked(databases, monkeypatch):
    monkeypatch.setattr(checks, "ENGINES", {})
    assert check_engine(databases) == []


@pytest.mark.parametrize(
    ("name", "value", "number"),
    [
        ("STEMMERS", {"en": "klingon"}, 11),
        ("STEMMERS", "english", 11),
        ("LOG_DAYS", -1, 12),
        ("LOG_DAYS", "90", 12),
        ("LOG_DAYS", True, 12),
    ],
)
def test_invalid_setting_is_an_error(settings, name, value, number):
    setattr(settings, f"DIGEST_SEARCH_{name}", value)
    [error] = [e for e in run_checks() if e.id.startswith("digest.")]
    assert (error.id, f"DIGEST_SEARCH_{name}" in error.msg) == (f"digest.E0{number}", True)


@pytest.mark.parametrize(("name", "value"), [("STEMMERS", {"en": ""}), ("LOG_DAYS", 0)])
def test_disabling_is_valid(settings, name, value):
    setattr(settings, f"DIGEST_SEARCH_{name}", value)
    assert not [e for e in run_checks() if e.id.startswith("digest.")]
