"""A page that was never public has no event, whenever the relay runs."""

import re
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from wagtail.models import Page, Site

from digest.contrib.webhooks.models import WebhookEvent
from tests.builders import make_digest, make_issue, restrict
from tests.contrib.changes.feed import relay
from tests.visibility import hidden
from tests.visibility.oracle import Oracle
from tests.visibility.states import ELSEWHERE, HIDDEN, PUBLIC

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]

# Of drafts (``tests.visibility.builders.change``), and what no payload has.
UNSAID = re.compile("unsaid(title|slug)|title|byline|story|text")
WRITES = ("INSERT", "UPDATE", "DELETE")


@contextmanager
def relay_between_statements():
    """Run the relay after each statement that commits a change, and after each commit."""
    waiting = False

    def run_before(execute, sql, params, many, context):
        nonlocal waiting
        if waiting and not connection.in_atomic_block:
            waiting = None  # The relay runs.
            relay()
            waiting = False
        if waiting is not None:
            waiting = waiting or sql.startswith(WRITES)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(run_before):
        yield
    relay()


def publish_and_restrict_at_once(home, digest, word=""):
    issue = make_issue(digest, publish=False)
    with transaction.atomic():
        issue.get_latest_revision().publish()
        restrict(issue)
    return issue


def restrict_and_publish_later(home, digest, word=""):
    issue = make_issue(digest, publish=False)
    restrict(issue)
    issue.get_latest_revision().publish()
    return issue


def restrict_the_digest_and_publish(home, digest, word=""):
    issue = make_issue(digest, publish=False)
    restrict(digest)
    issue.get_latest_revision().publish()
    return issue


NEVER_PUBLIC = [
    publish_and_restrict_at_once,
    restrict_and_publish_later,
    restrict_the_digest_and_publish,
    hidden.draft,
    hidden.submitted,
    hidden.scheduled,
    hidden.due_and_not_yet_published,
    hidden.made_in_a_private_digest,
    hidden.alias_of_a_private_page,
]


def make(state, number, home_page):
    """Create an issue in a state, in a section and a digest of its own."""
    section = home_page.add_child(instance=Page(title="Section", slug=f"section-{number}"))
    digest = make_digest(section, f"digest-{number}")
    with relay_between_statements():
        return state(section, digest, f"word{number}")


def test_page_that_was_never_public_has_no_event(home_page):
    relay()
    made = {state: make(state, n, home_page).pk for n, state in enumerate(NEVER_PUBLIC)}
    events = WebhookEvent.objects.filter(page_id__in=made.values())
    assert [event.type for event in events] == []
    # Otherwise the test would prove nothing.
    assert WebhookEvent.objects.filter(type="digest.published").count() == len(NEVER_PUBLIC)


def replayed():
    """Apply all events; return the pages that they call public, each with its site."""
    found = set()
    for event in WebhookEvent.objects.exclude(page_id=None).order_by("sequence"):
        key = (event.page_id, event.site_id)
        is_hidden = event.type.endswith(("unpublished", "deleted"))
        assert (key in found) is not event.type.endswith(".published")
        found = found - {key} if is_hidden else found | {key}
    return found


def test_events_of_every_state_replay_to_what_is_public(home_page):
    relay()
    states = [*HIDDEN, *ELSEWHERE, *PUBLIC]
    made = [make(state, number, home_page).pk for number, state in enumerate(states)]
    found, oracle = replayed(), Oracle()
    for site in Site.objects.all():
        seen = {pk for pk, site_id in found if site_id == site.pk}
        assert seen.intersection(made) == oracle.seen(made, site)
    texts = [str(event.data) for event in WebhookEvent.objects.all()]
    assert [text for text in texts if UNSAID.search(text)] == []
