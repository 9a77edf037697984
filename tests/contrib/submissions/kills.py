"""Submit documents in processes that are killed before their first write, their second, and so on.

The tests run ``python -m tests.contrib.submissions.kills``, which prints the results as JSON.
"""

import json
import sys
from typing import Any

import django

ACTIONS = ("draft", "submit", "publish")
NAMES = [f"{method}_{action}" for method in ("post", "put") for action in ACTIONS]
CHANGED_BY_USE = {"digest_submissions_apikey"}  # when it was last used


class Scenario:
    """A request that submits a document, with a key that may publish."""

    def __init__(self, name: str) -> None:
        from django.contrib.auth import get_user_model
        from django.contrib.auth.models import Group
        from django.core.management import call_command
        from wagtail.models import Site

        from digest.contrib.submissions.models import ApiKey
        from tests.builders import make_digest

        self.method, self.action = name.split("_")
        home = Site.objects.get(is_default_site=True).root_page
        self.digest = make_digest(home, name.replace("_", "-"))
        call_command("create_roles", stdout=sys.stderr)
        user = get_user_model().objects.create_user(name, f"{name}@example.org")
        user.groups.add(Group.objects.get(name="Digest editors"))
        self.key = ApiKey.make(name, user, [self.digest], level="publish")[1]
        self.first = self.post("draft") if self.method == "put" else None

    def request(self) -> Any:
        """Send the request, the same each time."""
        return self.post(self.action) if self.first is None else self.put()

    def post(self, action: str) -> Any:
        from tests.contrib.submissions.conftest import DOCUMENT, URL

        url = f"{URL}?digest={self.digest.slug}&action={action}"
        return self.send("POST", url, DOCUMENT, {"Idempotency-Key": "one"})

    def put(self) -> Any:
        from tests.contrib.submissions.conftest import DOCUMENT

        document = DOCUMENT.replace("eight people", "nine people")
        url = f"{self.first['Location']}?action={self.action}"
        return self.send("PUT", url, document, {"If-Match": self.first["ETag"]})

    def send(self, method: str, url: str, document: str, headers: dict[str, str]) -> Any:
        from django.test import Client

        headers |= {"Authorization": f"Bearer {self.key}"}
        return Client().generic(method, url, document, "text/markdown", headers=headers)

    def result(self) -> dict[str, Any]:
        """Return what readers and editors have of the issue, and the script of its submission."""
        from digest.contrib.submissions.models import Submission
        from digest.models import IssuePage

        issues = IssuePage.objects.child_of(self.digest)
        submissions = Submission.objects.filter(digest=self.digest)
        return {
            "issues": [issue_state(issue) for issue in issues],
            "submissions": [
                [each.issue in issues, json.loads(each.response)["did"]] for each in submissions
            ],
        }


def issue_state(issue: Any) -> list[Any]:
    from wagtail.models import PageLogEntry

    draft = issue.get_latest_revision_as_object()
    actions = PageLogEntry.objects.filter(page=issue.pk).values_list("action", flat=True)
    return [
        issue.live,
        [text for text in ("eight", "nine") if f"{text} people" in str(issue.body)],
        [text for text in ("eight", "nine") if f"{text} people" in str(draft.body)],
        issue.revisions.count(),
        issue.workflow_in_progress,
        issue.tags.count(),
        sorted(actions),
    ]


def rows() -> dict[str, list[str]]:
    """Return the rows of all tables."""
    from django.db import connection

    found = {}
    with connection.cursor() as cursor:
        for table in set(connection.introspection.table_names()) - CHANGED_BY_USE:
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            found[table] = sorted(map(repr, cursor.fetchall()))
    return found


def tables_that_differ(before: dict[str, list[str]]) -> list[str]:
    now = rows()
    return [name for name in now if now[name] != before[name]]


def kill_at_each_write(name: str) -> dict[str, Any]:
    """Kill a request before each write, and send it again; at last, lose a response.

    If a kill leaves the rows as they were, the same request has the same response as after the kill
    before: it is sent again after each fifth.
    """
    from tests.kills import Killer, run_in_child
    from tests.publishing.scheduling.databases import restore_snapshot, take_snapshot

    scenario = Scenario(name)
    before, results = rows(), {"before": scenario.result(), "kills": []}
    take_snapshot()
    while status := run_in_child(scenario.request, Killer(len(results["kills"]) + 1)):
        kill = {"status": status, "changed": tables_that_differ(before)}
        if kill["changed"] or len(results["kills"]) % 5 == 0:
            kill |= send_again(scenario)
        results["kills"].append(kill)
        restore_snapshot()
    return results | {"after": scenario.result(), "lost": send_again(scenario)}


def send_again(scenario: Scenario) -> dict[str, Any]:
    response = scenario.request()
    is_replayed = "Idempotency-Replayed" in response
    return {"again": [response.status_code, is_replayed], "end": scenario.result()}


if __name__ == "__main__":
    django.setup()
    json.dump({name: kill_at_each_write(name) for name in NAMES}, sys.stdout)
