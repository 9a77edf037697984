"""No private page is announced, whichever way restriction and publication are committed."""

from threading import Thread

import pytest
from django.db import connection, transaction

from digest import visibility
from digest.contrib.changes import markers
from digest.contrib.changes.models import PublicState
from digest.models import IssuePage
from tests.builders import make_digest, make_issue, restrict
from tests.contrib.changes.feed import fetch, relay, types

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def draft(home_page):
    """Return a draft, in a digest that the feed has."""
    digest = make_digest(home_page)
    relay()
    return make_issue(digest, publish=False)


def publish(issue):
    issue.get_latest_revision().publish()


def test_restriction_and_publication_in_one_commit(draft):
    with transaction.atomic():
        publish(draft)
        restrict(draft)
    assert relay() == []
    assert not PublicState.objects.filter(page_id=draft.pk).exists()


def test_restriction_and_publication_in_two_commits_with_a_relay_between(draft):
    restrict(draft)
    assert relay() == []
    publish(draft)
    assert relay() == []
    assert not PublicState.objects.filter(page_id=draft.pk).exists()


def test_restriction_is_lifted_and_set_with_a_relay_between(draft):
    restriction = restrict(draft.get_parent())
    publish(draft)
    assert ("published", draft.pk) not in types(relay())
    restriction.delete()
    assert ("published", draft.pk) in types(relay())
    restrict(draft.get_parent())
    assert ("unpublished", draft.pk) in types(relay())
    assert "url" not in str(fetch()["results"])


def test_private_page_is_hidden_between_the_commit_and_the_relay(draft):
    publish(draft)
    relay()
    restrict(draft)
    assert draft.pk not in {row["id"] for row in fetch()["results"]}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_relay_reads_from_one_snapshot(draft, monkeypatch):
    """Restrict and publish after the relay has read the restrictions, and before the pages."""
    IssuePage.objects.filter(pk=draft.pk).update(byline="Ada")  # a marker, if it were live
    real = visibility._restricted_paths
    done = []

    def read():
        found = real()
        if not done:
            done.append(True)
            thread = Thread(target=restrict_and_publish)
            thread.start()
            thread.join()
        return found

    def restrict_and_publish():
        with transaction.atomic():
            restrict(draft)
            publish(draft)
        connection.close()

    monkeypatch.setattr(visibility, "_restricted_paths", read)
    draft.get_parent().specific.save()
    monkeypatch.setattr(markers, "MAX_MARKERS", 0)  # compare all pages
    assert draft.pk not in {pk for _type, pk in types(relay())}
    assert done
