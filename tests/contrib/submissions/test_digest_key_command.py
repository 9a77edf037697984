"""The command that makes, lists and revokes keys."""

import re
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.utils import timezone
from wagtail.models import ModelLogEntry

from digest.contrib.submissions.models import CREATE_KEY, REVOKE_KEY, ApiKey
from tests.builders import make_digest

HOW_TO = Path(__file__).parents[3] / "docs/how-to/curate-by-machine.md"


def run(capsys, *args):
    call_command("digest_key", *args)
    return capsys.readouterr().out


def test_key_is_printed_once_and_works(curator, digest, home_page, capsys, client):
    make_digest(home_page, "weekly")
    call_command("create_roles", stdout=StringIO())
    choices = ["--digest", "daily", "--digest", "weekly", "--days", "7", "--without-ai"]
    key = run(capsys, "make", "The script", "--user", "curator", *choices).strip()
    row = ApiKey.objects.matching(key).get()
    assert (row.name, row.user, row.uses_ai, row.created_by) == ("The script", curator, False, None)
    assert set(row.digests.values_list("slug", flat=True)) == {"daily", "weekly"}
    end = timezone.localtime(row.expires_at)
    assert end.date() == timezone.localdate() + timedelta(days=7)
    assert (end.hour, end.minute) == (23, 59)
    response = client.get("/api/v1/submissions/", headers={"Authorization": f"Bearer {key}"})
    assert response.status_code == 200
    assert key not in run(capsys, "list")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--user", "nobody", "--digest", "daily"], "no user 'nobody'"),
        (["--user", "curator", "--digest", "other"], "curator may not add issues to Other"),
        (["--user", "gone", "--digest", "daily"], "'gone' is not active"),
        (["--user", "curator", "--digest", "nothing"], "no digest with the slug"),
        (["--user", "curator", "--digest", "daily", "--days", "367"], "use 1 to 366"),
        (["--user", "curator", "--digest", "daily", "--days", "0"], "use 1 to 366"),
        (["--user", "curator", "--digest", "daily", "--days", "-1"], "--days"),
        (["--user", "curator"], "--digest"),
        (["--user", "curator", "--digest", "daily", "--level", "admin"], "--level"),
        (
            ["--user", "curator", "--digest", "daily", "--level", "publish"],
            "curator may not publish issues of Daily",
        ),
    ],
)
def test_invalid_arguments_make_no_key(curator, home_page, django_user_model, args, message):
    make_digest(home_page, "other")
    django_user_model.objects.create_user("gone", is_active=False)
    with pytest.raises(CommandError, match=message):
        call_command("digest_key", "make", "The script", *args)
    assert not ApiKey.objects.exists()


def test_key_expires_within_366_days(curator, digest, capsys):
    run(capsys, "make", "Long", "--user", "curator", "--digest", "daily", "--days", "366")
    assert ApiKey.objects.get().expires_at <= timezone.now() + timedelta(days=366)


def test_list_says_which_keys_write_with_ai(api_key, capsys):
    assert "  with AI  The curator" in run(capsys, "list")
    ApiKey.objects.update(uses_ai=False)
    assert "  without AI  The curator" in run(capsys, "list")


def test_key_publishes_with_an_option(curator, digest, capsys):
    curator.groups.set(Group.objects.filter(name="Digest editors"))
    for level in ("draft", "publish"):
        choices = ["--user", "curator", "--digest", "daily", "--level", level]
        run(capsys, "make", f"To {level}", *choices)
    run(capsys, "make", "By default", *choices[:4])
    levels = list(ApiKey.objects.order_by("pk").values_list("level", flat=True))
    assert levels == ["draft", "publish", "draft"]
    assert "publish  with AI  To publish: curator" in run(capsys, "list")


@pytest.mark.parametrize(
    ("name", "message"),
    [("x" * 101, "at most 100"), (" ", "blank"), ("The curator", "There is a valid key")],
)
def test_name_is_that_of_one_key(api_key, name, message):
    with pytest.raises(CommandError, match=message):
        call_command("digest_key", "make", name, "--user", "curator", "--digest", "daily")
    assert ApiKey.objects.count() == 1


def test_list_has_user_digests_state_and_expiry(api_key, capsys):
    row, _key = api_key
    line = run(capsys, "list")
    for text in (row.prefix, "The curator: curator", "daily", "Valid", "last used never"):
        assert text in line
    assert f"{row.expires_at:%Y-%m-%d}" in line


@pytest.mark.parametrize("name", ["pk", "prefix", "shown"])
def test_key_is_revoked_by_id_or_prefix(api_key, capsys, name):
    row, _key = api_key
    text = {"pk": str(row.pk), "prefix": row.prefix, "shown": f"{row.prefix}…"}[name]
    assert "Revoked The curator" in run(capsys, "revoke", text)
    assert ApiKey.objects.get().revoked_at


@pytest.mark.parametrize("text", ["99999", "digest_0000", ""])
def test_unknown_key_is_not_revoked(api_key, text):
    with pytest.raises(CommandError, match="0 keys match"):
        call_command("digest_key", "revoke", text)
    assert not ApiKey.objects.get().revoked_at


def test_actions_are_logged(api_key, capsys):
    row, key = api_key
    run(capsys, "revoke", str(row.pk))
    entries = ModelLogEntry.objects.for_instance(row).order_by("pk")
    assert [entry.action for entry in entries] == [CREATE_KEY, REVOKE_KEY]
    assert [str(entry.message) for entry in entries] == ["API key made", "API key revoked"]
    assert key not in str(list(entries.values()))


def test_command_of_the_docs_makes_an_account_without_a_password(digest, django_user_model):
    call_command("create_roles", stdout=StringIO())
    [code] = re.findall(r'shell -c "(.*)"', HOW_TO.read_text())
    call_command("shell", command=code)
    user = django_user_model.objects.get()
    assert [group.name for group in user.groups.all()] == ["Digest writers"]
    assert not user.has_usable_password()
    assert user.is_active
