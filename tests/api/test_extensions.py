"""Fields that an app adds to digests, with those of the fixture ``notes``."""

import pytest
from jsonschema import Draft202012Validator

from digest.api.documentation import build_schema
from tests.builders import make_digest
from tests.optional_apps import HAS_NEWSLETTER

pytestmark = pytest.mark.django_db

URL = {"url": "http://testserver/api/v1/digests/daily/notes/"}


def test_field_is_in_every_representation_of_a_digest(digest, home_page, notes, get):
    make_digest(home_page, "another")
    assert get("digests/daily/")["notes"] == URL
    assert [data["notes"] for data in get("digests/")["results"]] == [None, URL]
    assert [data["notes"] for data in get("site/")["digests"]] == [None, URL]


def test_without_the_app_there_is_no_field(digest, get):
    assert "notes" not in get("site/")["digests"][0]


def test_number_of_queries_is_constant(digest, home_page, notes, client, django_assert_num_queries):
    client.get("/api/v1/digests/")  # Wagtail caches the site roots
    for slug in ("", "a", "b", "c"):
        if slug:
            make_digest(home_page, slug, tagline="More of it")
        with django_assert_num_queries(6 + HAS_NEWSLETTER):
            client.get("/api/v1/digests/")


def test_fields_are_in_the_schema_and_its_example(notes):
    components = build_schema()["components"]
    digest = components["schemas"]["Digest"]
    assert "notes" in digest["required"]
    [example] = digest["examples"]
    assert example["notes"]["url"].endswith("/notes/")
    Draft202012Validator(digest | {"components": components}).validate(example)
