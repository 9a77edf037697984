"""Issues that are sent as fields and blocks become the drafts that documents become."""

import json
import uuid
from copy import deepcopy

import pytest
from django.conf import settings
from wagtail.models import (
    Collection,
    CollectionViewRestriction,
    GroupCollectionPermission,
)

from digest.contrib.submissions.models import Submission
from digest.models import IssuePage
from tests.builders import block, body, make_image, make_issue, source, story
from tests.contrib.submissions.api.test_submitting import problem
from tests.contrib.submissions.conftest import DOCUMENT, URL

pytestmark = pytest.mark.django_db

FERRY = {
    "type": "story_section",
    "value": {
        "heading": "A ferry without a timetable",
        "body": "It leaves when eight people stand on the jetty.",
        "why_it_matters": "Nobody waits for an empty boat.",
        "sources": [
            {"title": "Minutes of the council", "url": "https://www.example.org/minutes/"}
        ],
    },
}
# What DOCUMENT says.
ISSUE = {
    "title": "Lanterns on the canal",
    "date": "2026-11-30",
    "tags": ["Cities", "Light"],
    "body": [
        {
            "type": "headline",
            "value": {"headline": "", "summary": "The city lights its towpaths again."},
        },
        {
            "type": "story_section",
            "value": {
                "heading": "Lamps that wait for walkers",
                "body": "The lamps glow when somebody comes near, and dim again behind them.",
                "why_it_matters": "Bats and sleepers get their night back.",
                "image": None,
                "sources": [
                    {"title": "The lighting plan", "url": "https://www.example.org/plan/"}
                ],
            },
        },
        FERRY,
        {"type": "bottom_line", "value": {"text": "Less light, more often."}},
    ],
}


@pytest.fixture
def send(submit):
    """Return a function that submits an issue, or replaces one."""

    def send(issue=ISSUE, url=URL, method="post", query="", **fields):
        body = {"issue": issue} | fields | ({"digest": "daily"} if method == "post" else {})
        headers = {} if method == "post" else {"Idempotency-Key": None, "If-Match": "*"}
        options = {"content_type": "application/json", "method": method, "headers": headers}
        return submit(json.dumps(body), url + query, **options)

    return send


def changed(path="", value=None, issue=ISSUE):
    """Return a copy of the issue with another value at a JSON pointer below it."""
    issue = deepcopy(issue)
    *parents, last = [int(name) if name.isdigit() else name for name in path.split("/")[1:]]
    place = issue
    for name in parents:
        place = place[name]
    place[last] = value
    return issue


def draft():
    return IssuePage.objects.get().get_latest_revision_as_object()


def without_ids(value):
    if isinstance(value, dict):
        return {key: without_ids(item) for key, item in value.items() if key != "id"}
    return [without_ids(item) for item in value] if isinstance(value, list) else value


def stored(response):
    """Return the fields and the stored blocks of a new draft, and delete it."""
    assert response.status_code == 201, response.json()
    issue = draft()
    blocks = without_ids(issue.body.get_prep_value())
    fields = issue.title, issue.date, issue.byline, sorted(t.name for t in issue.tags.all())
    IssuePage.objects.get().delete()
    return fields, blocks


def errors(response):
    """Return the status, the type of problem, and the pointers of the errors."""
    return *problem(response), [error["pointer"] for error in response.json()["errors"]]


def test_issue_becomes_the_draft_of_the_same_document(submit, send):
    assert stored(send()) == stored(submit())


def test_report_and_findings_have_pointers(send):
    issue = changed("/body/2/value/why_it_matters", "")
    data = send(issue).json()
    assert data["report"]["summary"] == (
        "2 tags, 2 stories, 1 why-it-matters part, 1 bottom-line part, 2 sources of stories, "
        "everything understood."
    )
    lines = data["report"]["lines"]
    assert {"place": "/issue/body/2", "role": "story", "text": FERRY["value"]["heading"]} in lines
    assert [line["place"] for line in lines if line["role"] == "source of story"] == [
        "/issue/body/1/value/sources/0",
        "/issue/body/2/value/sources/0",
    ]
    assert {
        "rule": "why_it_matters",
        "level": "warning",
        "message": "Story 2: Say why it matters.",
        "story": 2,
        "pointer": "/issue/body/2",
        "place": None,
    } in data["findings"]
