"""System checks of the settings, and of keys that do not work or have too many rights."""

import pytest
from django.core.checks import run_checks

from digest.contrib.submissions.checks import check_users_of_keys
from digest.contrib.submissions.models import ApiKey


def ids(**options):
    return [message.id for message in run_checks(**options) if message.id.startswith("digest.")]


@pytest.mark.parametrize(
    ("name", "value", "check_id"),
    [
        ("RATE", "60", "digest.E046"),
        ("RATE", "0/hour", "digest.E046"),
        ("RATE", 60, "digest.E046"),
        ("DAYS", 0, "digest.E047"),
        ("DAYS", "90", "digest.E047"),
        ("DAYS", None, "digest.E047"),
    ],
)
def test_invalid_setting(settings, name, value, check_id):
    setattr(settings, f"DIGEST_SUBMISSION_{name}", value)
    assert ids() == [check_id]


@pytest.mark.parametrize(("name", "value"), [("RATE", None), ("RATE", "5/min"), ("DAYS", 1)])
def test_valid_setting(settings, name, value):
    setattr(settings, f"DIGEST_SUBMISSION_{name}", value)
    assert ids() == []


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("is_active", False, ["digest.W044"]),
        ("is_superuser", True, ["digest.W045"]),
        ("is_staff", True, []),
    ],
)
def test_users_of_valid_keys_are_checked(api_key, field, value, expected):
    row, _key = api_key
    setattr(row.user, field, value)
    row.user.save()
    assert ids(databases=["default"]) == expected
    ApiKey.objects.get().revoke()
    assert ids(databases=["default"]) == []


def test_checks_without_databases_take_no_query(api_key, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert check_users_of_keys() == []
