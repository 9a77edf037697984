"""The parameter ``at``, on every endpoint."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from digest.api.documentation import build_schema
from digest.contrib.changes.models import FeedState
from tests.builders import make_issue
from tests.contrib.changes.feed import FEED, fetch, relay
from tests.schemas import parameters_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def sequence(digest):
    for day in (14, 15, 16):
        make_issue(digest, day)
    relay()
    return FeedState.objects.get().sequence


def test_every_endpoint_has_it():
    operations = [
        methods["get"] for methods in build_schema()["paths"].values() if "get" in methods
    ]
    assert all("at" in {p["name"] for p in parameters_of(operation)} for operation in operations)


@pytest.mark.parametrize("path", ["/api/v1/", "/api/v1/issues/", "/api/v1/issues/latest/", FEED])
def test_response_is_the_same(sequence, path):
    assert fetch(path, at=sequence) == fetch(path)


@pytest.mark.parametrize("at", ["1", "3"])
def test_any_sequence_so_far_is_valid(sequence, at):
    assert Client().get(FEED, {"at": at}).status_code == 200


def test_sequence_of_a_restarted_feed_is_valid(sequence, digest):
    call_command("restart_changes", stdout=StringIO())
    make_issue(digest, 17)
    relay()
    restarted = FeedState.objects.get().sequence
    assert restarted > 10**9
    assert fetch(FEED, at=restarted)["results"]


@pytest.mark.parametrize("at", ["999999", "9" * 18, "9" * 19, "0", "-1", "x", "1.0", ""])
def test_others_are_invalid_and_not_stored_by_caches(sequence, at):
    response = Client().get("/api/v1/issues/", {"at": at})
    assert response.status_code == 400
    assert response.json()["errors"][0]["parameter"] == "at"
    assert response["Cache-Control"] == "public, max-age=0, stale-while-revalidate=0"


def test_links_to_pages_repeat_it_and_others_do_not(sequence):
    page = fetch("/api/v1/issues/", at=sequence, limit=1)
    assert f"at={sequence}" in page["next"]
    assert "at=" not in page["results"][0]["api_url"]
    assert fetch(page["next"].replace(f"at={sequence}", "at=1"))["results"]
