"""Which addresses readers can sign up with."""

import pytest

from digest.contrib.newsletter.email_addresses import InvalidAddress, parse


@pytest.mark.parametrize(
    "local_part",
    ["=?utf-8?q?reader?=", "=?us-ascii?b?cmVhZGVy?=", "x=?utf-8?q?reader=40example.org?="],
)
def test_encoded_words_are_no_addresses(local_part):
    """Django 5.2 would decode them, and send to another address than the one that was checked."""
    with pytest.raises(InvalidAddress) as error:
        parse(f"{local_part}@example.org")
    assert error.value.code == "invalid"


@pytest.mark.parametrize("local_part", ["a=b", "is-it?", "a=b?", "o'neil", "x+tag"])
def test_their_characters_are_valid(local_part):
    assert parse(f"{local_part}@example.org").address == f"{local_part}@example.org"
