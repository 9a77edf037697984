"""Filters, search and ordering of the issue listing."""

import datetime
from itertools import chain, combinations
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from digest.admin.issues.states import State, in_states, states_of, with_states
from digest.models import IssuePage
from tests.admin.helpers import save_draft, schedule, submit
from tests.builders import expire, make_digest, make_issue

pytestmark = pytest.mark.django_db
URL = "/admin/digest/issues/"


@pytest.fixture
def find(admin_client):
    """Return the titles of the listed issues in order."""

    def find(**query):
        issues = admin_client.get(URL, query).context["object_list"]
        return [issue.get_admin_display_title() for issue in issues]

    return find


@pytest.fixture
def one_of_each(digest, admin_user):
    """Create issues in every combination of states; each title consists of the state values."""
    make_issue(digest, 1, title="draft", publish=False)
    submit(make_issue(digest, 2, title="in_review", publish=False), admin_user)
    schedule(make_issue(digest, 3, title="scheduled", publish=False))
    make_issue(digest, 4, title="live")
    save_draft(make_issue(digest, 5, title="x"), title="live_with_changes")
    changed = save_draft(make_issue(digest, 6, title="x"), title="live_with_changes in_review")
    submit(changed, admin_user)
    schedule(save_draft(make_issue(digest, 7, title="x"), title="live_with_changes scheduled"))
    expire(make_issue(digest, 8, title="expired"))
    make_issue(digest, 9, title="expired").unpublish(set_expired=True)
    make_issue(digest, 10, title="draft").unpublish()
    waiting = submit(make_issue(digest, 11, title="draft", publish=False), admin_user)
    waiting.current_workflow_state.cancel(user=admin_user)
    return IssuePage.objects.all()


@pytest.mark.parametrize("state", State.values)
def test_state_filter_finds_exactly_the_issues_in_that_state(find, one_of_each, state):
    everything = find(ordering="draft_date")
    expected = [title for title in everything if state in title.split()]
    assert expected
    assert find(state=state, ordering="draft_date") == expected


def test_states_of_an_issue_match_the_state_filter(one_of_each):
    for issue in with_states(one_of_each):
        assert [state.value for state in states_of(issue)] == issue.draft_title.split()


def test_several_states_are_combined_with_or(one_of_each):
    pairs = chain(combinations(State.values, 2), [()])
    for chosen in pairs:
        found = with_states(one_of_each).filter(in_states(list(chosen)))
        expected = {p.pk for p in one_of_each if {*chosen} & {*p.draft_title.split()}}
        assert {issue.pk for issue in found} == expected


def test_nothing_is_in_review_if_workflows_are_disabled(one_of_each, settings):
    settings.WAGTAIL_WORKFLOW_ENABLED = False
    assert not with_states(one_of_each).filter(in_states(["in_review"])).exists()


def test_digest_filter_finds_only_its_issues(find, digest, home_page):
    make_issue(digest, 1, title="Ours")
    make_issue(make_digest(home_page, "weekly"), 1, title="Theirs")
    assert find(digest=digest.pk) == ["Ours"]


def test_tag_filter_uses_the_tags_of_the_latest_draft(find, digest):
    make_issue(digest, 1, title="Was", tags=("AI",))
    save_draft(make_issue(digest, 2, title="x", tags=("AI",)), tags=("Power",), title="Is no more")
    save_draft(make_issue(digest, 3, title="x", tags=("Power",)), tags=("AI",), title="Is now")
    issue = make_issue(digest, 4, title="Other", tags=("Energy",))
    tags = {tag.name: tag.pk for page in IssuePage.objects.all() for tag in page.tags.all()}
    assert find(tag=tags["AI"]) == ["Is now", "Was"]
    assert find(tag=[tags["AI"], issue.tags.get().pk]) == ["Other", "Is now", "Was"]


def test_tag_used_only_in_a_draft_is_a_choice(admin_client, digest):
    save_draft(make_issue(digest, 1, publish=False), tags=("Brand new",))
    assert "Brand new" in admin_client.get(URL).context["filters"].form.as_p()


def test_date_filter_uses_the_date_of_the_latest_draft(find, digest):
    make_issue(digest, 1, title="Early")
    moved = save_draft(
        make_issue(digest, 2, title="x"), title="Moved", date=datetime.date(2026, 5, 1)
    )
    make_issue(digest, 20, title="Late")
    assert find(date_from="2026-04-01", date_to="2026-04-30") == ["Late", "Early"]
    assert find(date_from="2026-05-01") == ["Moved"]
    moved.latest_revision.publish()
    assert find(date_from="2026-05-01") == ["Moved"]


def test_invalid_filters_have_errors_and_are_ignored(admin_client, digest):
    make_issue(digest, 1)
    response = admin_client.get(URL, {"state": "nowhere", "digest": "x", "date_from": "soon"})
    assert response.status_code == 200
    assert len(response.context["object_list"]) == 1
    assert set(response.context["filters"].form.errors) == {"state", "digest", "date"}


@pytest.mark.wagtail_indexes
def test_search_matches_titles_within_the_filters(find, digest):
    make_issue(digest, 1, title="Solar power")
    make_issue(digest, 2, title="Wind power")
    make_issue(digest, 3, title="Solar sails", publish=False)
    assert find(q="solar") == ["Solar sails", "Solar power"]
    assert find(q="pow", ordering="draft_date") == ["Solar power", "Wind power"]
    assert find(q="solar", state="draft") == ["Solar sails"]
    assert find(q="nothing") == []


def test_listing_sorts_by_the_values_of_the_latest_draft(find, digest, home_page):
    weekly = make_digest(home_page, "a-weekly")
    save_draft(
        make_issue(digest, 1, title="x"), title="B", date=datetime.date(2026, 6, 1), number=9
    )
    make_issue(digest, 2, title="C")
    make_issue(weekly, 3, title="A")
    assert find() == ["B", "A", "C"]
    assert find(ordering="draft_date") == ["C", "A", "B"]
    assert find(ordering="draft_number") == ["A", "C", "B"]
    assert find(ordering="draft_title") == ["A", "B", "C"]
    assert find(ordering="-digest_title") == ["B", "C", "A"]
    assert find(ordering="nonsense") == ["B", "A", "C"]


def test_time_of_a_scheduled_issue_is_shown_in_the_time_zone_of_its_digest(admin_client, home_page):
    shown = []
    for zone in ("America/Anchorage", "Australia/Perth"):
        digest = make_digest(home_page, zone[-5:].lower(), time_zone=zone)
        issue = schedule(make_issue(digest, 1, publish=False), days=3)
        at = timezone.localtime(issue.scheduled_revision.approved_go_live_at, ZoneInfo(zone))
        shown.append(f"{at:%a} {at.day} {at:%b %Y, %H:%M} {zone.partition('/')[2]}")
    html = admin_client.get(URL).content.decode()
    assert [time for time in shown if time not in html] == []
