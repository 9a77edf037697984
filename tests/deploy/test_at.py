"""``at`` behind a cache that stores responses for a minute and is not purged."""

import json

import pytest

from digest.contrib.changes.models import FeedState
from digest.contrib.changes.relay import relay
from tests.deploy import varnish

ROUNDS = 10
pytestmark = [pytest.mark.slow, pytest.mark.optional_apps, varnish.is_needed]


@pytest.fixture
def cache(server, tmp_path):
    """Run Varnish in front of the site, which does not purge it."""
    proxy = varnish.start(server.thread.port, tmp_path)
    yield proxy
    proxy.stop()


def publish(issue, title):
    """Publish an issue with a title; return its sequence in the feed."""
    issue.title = title
    issue.save_revision().publish()
    relay()
    return FeedState.objects.get().sequence


def fetch(cache, path):
    response = cache.request(path)
    assert response.status == 200, response.text
    return json.loads(response.text)


def test_response_at_a_sequence_is_never_older(cache, issue):
    relay()
    paths = ["/api/v1/issues/", f"/api/v1/issues/{issue.pk}/"]
    for path in paths:
        assert "max-age=60" in cache.request(path).headers["cache-control"]
    for number in range(ROUNDS):
        at = publish(issue, f"Edition {number}")
        for path in paths:
            assert f'"Edition {number}"' in cache.request(f"{path}?at={at}").text
            without = cache.request(path)
            assert without.is_hit
            assert "First title" in without.text


def test_feed_goes_on_behind_the_cache(cache, issue):
    relay()
    changes = "/api/v1/changes/"
    since = fetch(cache, changes)["next_since"]
    for number in range(ROUNDS):
        at = publish(issue, f"Edition {number}")
        page = fetch(cache, f"{changes}?since={since}")
        assert [row["sequence"] for row in page["results"]] == [at]
        since = page["next_since"]
