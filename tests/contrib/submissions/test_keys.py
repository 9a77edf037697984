"""The format of keys, how they are stored, and which ones can be used."""

from datetime import timedelta

import pytest
from django.utils import timezone
from wagtail.models import APIToken

from digest.contrib.submissions import keys
from digest.contrib.submissions.models import ApiKey

URL = "/api/v1/submissions/"


def test_keys_differ_and_are_well_formed():
    made = {keys.new_key() for _number in range(50)}
    assert len(made) == 50
    assert all(key.startswith("digest_") and keys.is_well_formed(key) for key in made)
    assert {len(key) for key in made} == {len("digest_") + 27 + 6}


def test_any_changed_character_breaks_the_checksum():
    key = keys.new_key()
    for place in range(len(key)):
        other = "x" if key[place] != "x" else "y"
        assert not keys.is_well_formed(key[:place] + other + key[place + 1 :])


@pytest.mark.parametrize(
    "text", ["", "digest_", "digest_" + "é" * 33, "digest_" + "0" * 33, "wagtail_" + "0" * 33]
)
def test_other_texts_are_no_keys(text):
    assert not keys.is_well_formed(text)


def test_malformed_key_takes_no_query(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert ApiKey.objects.matching("digest_nothing").first() is None


def test_only_a_hash_is_stored(api_key):
    row, key = api_key
    row.refresh_from_db()
    stored = [str(value) for name, value in vars(row).items() if name != "_state"]
    assert not any(key in text for text in stored)
    assert key.startswith(row.prefix)
    assert len(row.prefix) == len("digest_") + 4


def test_key_is_found_after_a_new_secret_key_while_the_old_one_is_a_fallback(api_key, settings):
    row, key = api_key
    old = settings.SECRET_KEY
    settings.SECRET_KEY = "another"
    assert ApiKey.objects.matching(key).first() is None
    settings.SECRET_KEY_FALLBACKS = [old]
    assert ApiKey.objects.matching(key).get() == row


def test_new_key_is_usable(api_key):
    row, _key = api_key
    assert ApiKey.objects.usable().get() == row
    assert row.is_usable
    assert timedelta(days=89) < row.expires_at - timezone.now() <= timedelta(days=90)


@pytest.mark.parametrize(
    ("change", "state"), [("expire", "Expired"), ("revoke", "Revoked"), ("lock", "User inactive")]
)
def test_key_stops_working(api_key, read, change, state):
    row, _key = api_key
    if change == "expire":
        ApiKey.objects.update(expires_at=timezone.now())
    elif change == "revoke":
        row.revoke()
    else:
        row.user.is_active = False
        row.user.save()
    assert not ApiKey.objects.usable().exists()
    assert read(URL).status_code == 401
    assert str(ApiKey.objects.get().state) == state


def test_key_is_revoked_only_once(api_key):
    row, _key = api_key
    row.revoke()
    revoked_at = ApiKey.objects.get().revoked_at
    row.revoke()
    assert ApiKey.objects.get().revoked_at == revoked_at


def test_last_use_is_written_at_most_every_ten_minutes(api_key, read):
    read(URL)
    used = ApiKey.objects.get().last_used_at
    read(URL)
    assert ApiKey.objects.get().last_used_at == used
    ApiKey.objects.update(last_used_at=used - timedelta(minutes=11))
    read(URL)
    assert ApiKey.objects.get().last_used_at >= used


def test_wagtail_tokens_and_keys_are_not_interchangeable(api_key, curator, client):
    _row, key = api_key
    _token, text = APIToken.create_token(user=curator, name="Wagtail's own")
    assert not APIToken.validate_token_format(key)
    assert not APIToken.objects.filter(key_hash__in=APIToken.candidate_key_hashes(key)).exists()
    response = client.get(URL, headers={"Authorization": f"Bearer {text}"})
    assert response.status_code == 401


def test_deleted_digest_leaves_a_key_without_access(api_key, digest, submit):
    digest.delete()
    assert list(ApiKey.objects.get().digests.all()) == []
    assert submit().status_code == 404
