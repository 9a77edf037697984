"""A site with custom digest and issue pages: all endpoints show them and their blocks."""

import json

import pytest

from tests.plugin.test_plugin import python

pytestmark = pytest.mark.slow

USE = """
import django; django.setup()
import datetime, json
from django.test import Client
from wagtail.models import Site
from digest.models import get_digest_page_model, get_issue_page_model
from tests.builders import block, body, story

digest = Site.objects.get().root_page.add_child(
    instance=get_digest_page_model()(title="Own", slug="own")
)
sponsor = block("sponsor", name="Sponsor & Co", message="<p>M</p>")
issue = get_issue_page_model()(
    title="T", date=datetime.date(2026, 4, 14), editor="E", live=False, body=body(story(), sponsor)
)
issue.tags.add("AI")
digest.add_child(instance=issue)
issue.save_revision().publish()
paths = [
    "/api/v1/issues/?include=body&tag=ai",
    "/api/v1/digests/own/issues/2026-04-14/",
    "/own/2026-04-14/",
    "/feeds/own/rss.xml",
    "/api/v1/tags/ai/",
    "/api/v1/schema/",
    "/own/",
    "/tags/ai/",
]
responses = [(path, Client().get(path)) for path in paths]
print(json.dumps([(path, r.status_code, r.content.decode()) for path, r in responses]))
"""


@pytest.fixture(scope="module", params=["ownpages", "basepage"])
def environment(request, site_environment):
    return site_environment(f"tests.plugin.{request.param}_settings")


@pytest.fixture(scope="module")
def responses(environment):
    python(environment, "-m", "django", "migrate", "--verbosity", "0")
    responses = json.loads(python(environment, "-c", USE))
    return {path: (status, content) for path, status, content in responses}


def test_the_system_checks_find_nothing(environment):
    python(environment, "-m", "django", "check", "--fail-level", "WARNING")


def test_no_migration_is_missing(environment):
    python(environment, "-m", "django", "makemigrations", "--check", "--dry-run")


def test_every_endpoint_responds(responses):
    assert {status for status, _ in responses.values()} == {200}


def test_the_custom_block_is_in_every_format(responses):
    [(_, listed), (_, detail), (_, page), (_, feed), *_] = responses.values()
    [*_, sponsor] = json.loads(detail)["body"]
    assert sponsor["value"] == {"name": "Sponsor & Co", "message": "<p>M</p>"}
    assert json.loads(listed)["results"][0]["body"][-1] == sponsor
    assert "Sponsor &amp; Co" in page
    assert "Sponsor &amp;amp; Co" in feed


def test_the_custom_block_is_in_the_schema(responses):
    schema = json.loads(responses["/api/v1/schema/"][1])
    assert "SponsorBlock" in schema["components"]["schemas"]


@pytest.mark.parametrize(
    ("settings", "check_id", "hint"),
    [
        ("basepage_alone", "digest.E006", "DIGEST_ISSUEPAGE_MODEL"),
        ("untagged", "digest.E007", "DIGEST_ISSUETAG_MODEL"),
    ],
)
def test_incomplete_replacements_fail_with_a_hint(site_environment, settings, check_id, hint):
    environment = site_environment(f"tests.plugin.{settings}_settings")
    with pytest.raises(AssertionError) as error:
        python(environment, "-m", "django", "check")
    assert check_id in str(error.value)
    assert hint in str(error.value)
