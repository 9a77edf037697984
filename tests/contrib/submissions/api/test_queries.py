"""How many queries a submission takes, most of which are Wagtail's."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.contrib.submissions.conftest import DOCUMENT, URL

pytestmark = pytest.mark.wagtail_indexes
STORY = DOCUMENT[DOCUMENT.index("## A ferry") : DOCUMENT.index("## Bottom line")]
TWELVE = DOCUMENT.replace(STORY, "".join(STORY.replace("ferry", f"ferry {n}") for n in range(11)))
# Those of a transaction within the one of the test. PostgreSQL also sets a timeout, and resets it.
QUERIES = {"sqlite": 87, "postgresql": 90}


def count(submit, *args, **options):
    with CaptureQueriesContext(connection) as queries:
        response = submit(*args, **options)
    return response, len(queries)


def on_another_day(document, day):
    return document.replace("2026-11-30", f"2026-11-{day}")


@pytest.fixture
def warm(submit):
    """Submit once, which fills caches and creates the tags."""
    submit()


@pytest.mark.usefixtures("warm")
def test_number_of_queries_of_a_draft(submit):
    response, number = count(submit, on_another_day(TWELVE, 29))
    assert (response.status_code, response.json()["publishable"]) == (201, True)
    if connection.vendor == "sqlite":
        assert number == QUERIES["sqlite"]
    assert number <= QUERIES[connection.vendor]


@pytest.mark.usefixtures("warm")
def test_stories_take_no_queries(submit):
    numbers = {
        count(submit, on_another_day(document, day))[1]
        for day, document in ((28, DOCUMENT), (29, TWELVE))
    }
    assert len(numbers) == 1


def test_dry_run_and_replay_take_fewer_queries(submit):
    headers = {"Idempotency-Key": "one"}
    _first, saving = count(submit, headers=headers)
    replay, replaying = count(submit, headers=headers)
    assert replay["Idempotency-Replayed"] == "true"
    dry_run, trying = count(
        submit, on_another_day(DOCUMENT, 29), f"{URL}?digest=daily&dry_run=true"
    )
    assert dry_run.status_code == 200
    assert replaying < 10 < trying < saving
