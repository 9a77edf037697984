"""Run the relay, and keep a copy by the feed as a client does."""

from django.db import connection
from django.test import Client

from digest.contrib.changes.feed_state import is_waiting
from digest.contrib.changes.relay import run_pass

FEED = "/api/v1/changes/"


def relay():
    """Run passes until nothing is left; return the changes."""
    run_deferred_triggers()
    changes = []
    while is_waiting():
        changes += run_pass()
    return changes


def run_deferred_triggers():
    """Run now what PostgreSQL runs at the commit, which a test that is rolled back has not."""
    if connection.vendor == "postgresql" and connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def types(changes):
    """Return the type and the page of each change."""
    return [(change.type, change.state.page_id) for change in changes]


def fetch(path=FEED, client=None, **parameters):
    response = (client or Client()).get(path, parameters)
    assert response.status_code == 200, response.content
    return response.json()


class Copy:
    """A client that keeps a copy of the issues."""

    def __init__(self, limit=100, **parameters):
        self.parameters = parameters | {"limit": limit, "include": "issue", "kind": "issue"}
        self.issues, self.since = {}, None

    def fetch_page(self):
        """Fetch one page and return whether there are more."""
        since = {"since": self.since} if self.since else {}
        page = fetch(**self.parameters, **since)
        for row in page["results"]:
            if row["state"] == "public":
                self.issues[row["id"]] = row["issue"]
            else:
                self.issues.pop(row["id"], None)
        self.since = page["next_since"]
        return page["has_more"]

    def update(self):
        while self.fetch_page():
            pass


def listed_issues(**parameters):
    """Return the issues of the list by id."""
    found = fetch("/api/v1/issues/", limit=100, include="body", **parameters)
    return {issue["id"]: issue for issue in found["results"]}
