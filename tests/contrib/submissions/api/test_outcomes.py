"""A script reads what became of its draft."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.utils import timezone
from wagtail.models import GroupPagePermission

from digest.contrib.submissions.models import Submission
from digest.models import IssuePage
from tests.builders import make_digest, story
from tests.contrib.submissions.conftest import DOCUMENT, URL

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(submit):
    return submit()["Location"]


@pytest.fixture
def issue(url):
    return IssuePage.objects.get()


def publish(issue):
    issue.get_latest_revision().publish()


def test_draft_is_as_it_was_submitted(read, url):
    data = read(url).json()
    assert data["state"] == "draft"
    assert data["outcome"] == {
        "url": None,
        "changed_by_editors": False,
        "stories": {"kept": 2, "edited": 0, "dropped": 0, "added": 0},
    }
    assert data["response"]["did"] == "created"


def test_stories_of_editors_are_counted(read, url, issue):
    draft = issue.get_latest_revision_as_object()
    body = [dict(block) for block in draft.body.raw_data]
    first, second = [block for block in body if block["type"] == "story_section"]
    first["value"]["heading"] = "Lamps, edited"
    body[body.index(second)] = story("Added by an editor")
    draft.body = draft.body.stream_block.to_python(body)
    draft.save_revision()
    outcome = read(url).json()["outcome"]
    assert outcome["changed_by_editors"]
    assert outcome["stories"] == {"kept": 0, "edited": 1, "dropped": 1, "added": 1}


def test_attributes_of_the_editor_change_no_story(read, url, issue):
    draft = issue.get_latest_revision_as_object()
    body = [dict(block) for block in draft.body.raw_data]
    for block in body:
        if block["type"] == "story_section":
            text = block["value"]["body"]
            block["value"]["body"] = text.replace("<p>", '<p data-block-key="a1b2c">')
    draft.body = draft.body.stream_block.to_python(body)
    draft.save_revision()
    outcome = read(url).json()["outcome"]
    assert (outcome["changed_by_editors"], outcome["stories"]["kept"]) == (False, 2)


def test_published_issue_has_its_url(read, url, issue):
    publish(issue)
    data = read(url).json()
    assert (data["state"], data["outcome"]["changed_by_editors"]) == ("published", False)
    assert data["outcome"]["url"].endswith("/daily/2026-11-30/")


def test_states(read, url, issue):
    def state():
        [row] = read(URL).json()["results"]
        assert row["state"] == read(url).json()["state"]
        return row["state"]

    issue.get_latest_revision().publish()
    IssuePage.objects.get().unpublish()
    assert state() == "unpublished"
    revision = IssuePage.objects.get().get_latest_revision()
    revision.approved_go_live_at = timezone.now() + timezone.timedelta(days=1)
    revision.save()
    assert state() == "scheduled"
    IssuePage.objects.get().delete()
    assert state() == "deleted"


def test_list_has_the_submissions_of_the_key(read, submit, api_key, digest):
    other = type(api_key[0]).make("Other", api_key[0].user, [digest])[0]
    submit()
    submit(DOCUMENT.replace("11-30", "11-29").replace("Lanterns", "Ferries"))
    Submission.objects.filter(issue__title__startswith="Ferries").update(key=other)
    data = read(f"{URL}?count=true").json()
    assert (data["count"], len(data["results"])) == (1, 1)
    [row] = data["results"]
    assert Submission.objects.get(pk=row["id"]).issue.title == "Lanterns on the canal"


def test_list_is_filtered_by_time(read, url):
    assert read(f"{URL}?since=2020-01-01T00:00:00Z").json()["results"]
    assert not read(f"{URL}?since=2999-01-01T00:00:00Z").json()["results"]


def test_list_is_paginated_newest_first(read, submit):
    days = ["26", "27", "28"]
    for day in days:
        submit(DOCUMENT.replace("11-30", f"11-{day}").replace("Lanterns", f"Lanterns {day}"))
    first = read(f"{URL}?limit=2").json()
    second = read(first["next"]).json()
    rows = [*first["results"], *second["results"]]
    submitted = [str(each.pk) for each in Submission.objects.order_by("-created_at")]
    assert ([row["id"] for row in rows], len(first["results"])) == (submitted, 2)


def test_list_leaves_out_digests_to_which_the_user_may_add_nothing(
    read, submit, curator, home_page, digest, api_key
):
    group, other = Group.objects.create(name="Of one digest"), make_digest(home_page, "other")
    api_key[0].digests.add(other)
    submit()
    curator.groups.set([group])
    permission = Permission.objects.get(codename="add_page", content_type__app_label="wagtailcore")
    given = GroupPagePermission.objects.create(group=group, page=other, permission=permission)
    assert read(URL).json()["results"] == []
    given.page = digest
    given.save()
    assert len(read(URL).json()["results"]) == 1


@pytest.mark.parametrize("digests", [1, 5])
def test_list_has_a_constant_number_of_queries(
    read, submit, home_page, api_key, django_assert_num_queries, digests
):
    for number in range(1, digests):
        api_key[0].digests.add(make_digest(home_page, f"other-{number}"))
    read(URL)  # records the use of the key
    for day in ["26", "27", "28"]:
        submit(DOCUMENT.replace("11-30", f"11-{day}").replace("Lanterns", f"Lanterns {day}"))
    with django_assert_num_queries(5):  # one of them for the permissions of the user
        read(URL)
