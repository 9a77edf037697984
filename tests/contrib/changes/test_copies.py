"""A copy that is kept by the feed alone equals the list, after any change, however it is paged."""

import pytest
from hypothesis.stateful import invariant, run_state_machine_as_test

from digest.contrib.changes.relay import mark_everything
from digest.models import DigestPage
from tests.contrib.changes.feed import FEED, Copy, fetch, listed_issues, relay
from tests.visibility.oracle import Oracle
from tests.visibility.test_transitions import deterministic
from tests.visibility.transitions import Transitions

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

EXAMPLES, STEPS = 6, 14


class Copies(Transitions):
    """Compare copies with the list after each step, and the events with what is public."""

    def __init__(self):
        super().__init__()
        self.steady, self.paged, self.interrupted = Copy(), Copy(limit=1), Copy(limit=2)
        self.announced = set()

    def set(self, **settings):
        super().set(**settings)
        if hasattr(self, "site"):
            mark_everything()  # as `migrate` does after a change of settings

    @invariant()
    def copies_equal_the_list(self):
        if not hasattr(self, "site"):
            return
        self.replay(relay())
        listed = listed_issues()
        for copy in (self.steady, self.paged):
            copy.update()
            assert copy.issues == listed
        self.interrupted.fetch_page()
        self.nothing_hidden_is_named(listed)

    def replay(self, changes):
        for change in changes:
            pk = change.state.page_id
            assert (pk in self.announced) is (change.type != "published")
            if change.type in ("unpublished", "deleted"):
                self.announced.discard(pk)
            else:
                self.announced.add(pk)
        oracle = Oracle()
        digests = DigestPage.objects.values_list("pk", flat=True)
        tracked = {*(page.pk for page in self.all_issues()), *digests}
        assert self.announced == oracle.seen(tracked, self.site)

    def nothing_hidden_is_named(self, listed):
        rows = fetch(FEED, limit=500)["results"]
        assert {row["id"] for row in rows if row["kind"] == "issue"} == set(listed)
        assert "nsaid" not in str(rows)
        gone = fetch(FEED, limit=500, since=self.interrupted.since)["results"]
        for row in gone:
            assert row["state"] == "public" or set(row) == {"state", "kind", "id", "sequence"}

    def teardown(self):
        if hasattr(self, "site"):
            self.interrupted.update()
            assert self.interrupted.issues == listed_issues()
        super().teardown()


def test_copies_follow_every_change(db):
    run_state_machine_as_test(Copies, settings=deterministic(EXAMPLES, STEPS))
