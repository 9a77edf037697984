"""Several relays at once, and relays that are killed."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction
from wagtail.models import Page

from digest.caching import content_version
from digest.caching.content_version import ChangeMarker
from digest.contrib.changes import markers, tombstones
from digest.contrib.changes import relay as relay_module
from digest.contrib.changes.feed_state import locked
from digest.contrib.changes.models import FeedState, PublicState
from tests.builders import make_digest, make_issue
from tests.contrib.changes.feed import Copy, listed_issues, relay, types

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="the test database of SQLite is in memory"
)


class Killed(BaseException):
    """The end of the process."""


@pytest.fixture
def issue(home_page):
    issue = make_issue(make_digest(home_page))
    relay()
    return issue


def test_change_is_not_lost_if_the_process_ends_after_the_commit(issue, monkeypatch):
    monkeypatch.setattr(transaction, "on_commit", lambda *args, **kwargs: None)
    issue.title = "Another title"
    issue.save_revision().publish()
    assert types(relay()) == [("updated", issue.pk)]


# The writes of a pass.
WRITES = [(markers, "take_markers"), (relay_module, "_compare"), (relay_module, "_save")]


@pytest.mark.parametrize(("module", "name"), WRITES)
@pytest.mark.parametrize("after", [False, True])
def test_killed_pass_has_done_nothing(issue, monkeypatch, module, name, after):
    Page.objects.filter(pk=issue.pk).update(title="Another title")
    before = list(PublicState.objects.order_by("pk").values())
    real = getattr(module, name)

    def fail(*args):
        if after:
            real(*args)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(module, name, fail)
        with pytest.raises(Killed):
            relay_module.run_pass()
    assert list(PublicState.objects.order_by("pk").values()) == before
    assert ChangeMarker.objects.exists()
    assert types(relay()) == [("updated", issue.pk)]


def test_comparing_all_pages_leaves_the_content_version(issue):
    before = content_version.current()
    relay_module.mark_everything()
    relay()
    assert before
    assert content_version.current() == before


@on_postgresql
def test_second_relay_returns_at_once(issue):
    def run_another():
        try:
            return relay_module.run_pass()
        finally:
            connections.close_all()

    with transaction.atomic(), ThreadPoolExecutor(1) as pool:
        FeedState.objects.select_for_update().get()
        assert pool.submit(run_another).result(timeout=10) is None


@on_postgresql
@pytest.mark.parametrize("run", [tombstones.start_new_epoch, tombstones.prune])
def test_commands_wait_for_a_relay(issue, run):
    def run_beside():
        try:
            run()
        finally:
            connections.close_all()

    issue.delete()
    relay()
    PublicState.objects.filter(is_public=False).update(changed_at="2020-01-01T00:00Z")
    with ThreadPoolExecutor(1) as pool:
        with locked() as state:
            running = pool.submit(run_beside)
            time.sleep(0.5)
            state.sequence += 1
            state.save()
        running.result(timeout=10)
    assert not PublicState.objects.filter(is_public=False).exists()


@on_postgresql
def test_many_relays_beside_writers_miss_nothing(issue):
    """Readers of the feed see every change, in order, whoever numbers it."""
    digest, copy, rounds = issue.get_parent().specific, Copy(limit=3), 20

    def write(day):
        try:
            for number in range(rounds):
                Page.objects.filter(pk=issues[day].pk).update(title=f"Title {number}")
        finally:
            connections.close_all()

    def number():
        try:
            for _ in range(rounds):
                relay_module.relay()
        finally:
            connections.close_all()

    issues = [make_issue(digest, day) for day in (20, 21)]
    with ThreadPoolExecutor(5) as pool:
        running = [pool.submit(write, day) for day in (0, 1)]
        running += [pool.submit(number) for _ in range(3)]
        while not all(future.done() for future in running):
            copy.update()
        for future in running:
            future.result()
    relay()
    copy.update()
    assert copy.issues == listed_issues()
    sequences = list(PublicState.objects.values_list("sequence", flat=True))
    assert len(set(sequences)) == len(sequences)
    assert max(sequences) == FeedState.objects.get().sequence
