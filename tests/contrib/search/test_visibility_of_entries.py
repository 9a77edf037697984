"""After any change, the search index has what is public, and a search shows nothing else."""

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test
from wagtail.models import PageViewRestriction, Site

from digest import visibility
from digest.contrib.search.index import check_words, entry_table
from digest.contrib.search.querying import search
from digest.models import IssuePage
from tests.visibility.oracle import Oracle
from tests.visibility.transitions import KINDS, PICKS, Transitions

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

EXAMPLES, STEPS = 6, 14


class Index(Transitions):
    """Compare the index with the issues, and a search with the oracle, after each step."""

    @rule(pick=PICKS, kind=KINDS)
    def change_restriction(self, pick, kind):
        """Save the restriction as the admin does, which sends a signal."""
        rows = PageViewRestriction.objects.order_by("pk")
        if rows:
            row = rows[pick % len(rows)]
            row.restriction_type = kind
            row.save()

    @rule(on=st.booleans())
    def switch_languages(self, on):
        """Change the setting and rebuild the index, as the docs say."""
        super().switch_languages(on)
        entry_table.rebuild()

    @invariant()
    def index_has_what_is_public(self):
        if not hasattr(self, "site"):
            return
        assert [drift for drift in entry_table.drifts() if not self.has_expired(drift)] == []
        assert list(check_words()) == []

    def has_expired(self, drift):
        """Return whether the issue has expired, but the scheduler has not unpublished it yet."""
        if drift.expected:
            return False
        issue = IssuePage.objects.get(pk=drift.actual.issue_id)
        return issue.live and issue.expire_at is not None and issue.expire_at <= timezone.now()

    @invariant()
    def search_shows_what_is_public(self):
        if not hasattr(self, "site"):
            return
        issues = {page.pk: page for page in self.all_issues()}
        seen = Oracle().seen(issues, Site.objects.get(pk=self.site.pk))
        public = visibility.public(IssuePage.objects.all(), self.site)
        assert found(public, "story", of_stories=True) == seen
        assert found(public, "issue") | found(public, "unsaid") == found(public, "issue")
        assert search("unsaid", public, correct=False).counts.total == 0
        for page in issues.values():
            assert (page.pk in found(public, f'"{page.title}"')) is (page.pk in seen)


def found(issues, text, of_stories=False):
    """Return the issues in the results of a search, or the issues of the stories in it."""
    entries = search(text, issues, correct=False).entries.filter(story__isnull=not of_stories)
    return set(entries.values_list("issue_id", flat=True))


def test_the_index_follows_every_change(db):
    run_state_machine_as_test(
        Index,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )
