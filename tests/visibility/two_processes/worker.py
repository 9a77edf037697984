"""A server process that reads requests as lines of JSON, and writes a line for each response.

It includes middleware and cache, as a server does. A response has the number of its queries, and a
request has the time of the worker's clock.
"""

import json
import sys
from datetime import datetime
from typing import Any
from unittest import mock

import django
from django.db import connection
from django.test import Client, override_settings


class Counter:
    """Count the queries of one response."""

    queries = 0

    def __call__(self, execute: Any, *args: Any) -> Any:
        self.queries += 1
        return execute(*args)


def respond(path: str, now: str, headers: dict[str, str]) -> dict[str, Any]:
    """Return the response to a reader at that time, and its number of queries."""
    at, counter = datetime.fromisoformat(now), Counter()
    with (
        mock.patch("django.utils.timezone.now", return_value=at),
        connection.execute_wrapper(counter),
    ):
        response = Client().get(path, headers=headers)
    return {
        "status_code": response.status_code,
        "headers": list(response.items()),
        "body": response.getvalue().decode("latin-1"),
        "queries": counter.queries,
    }


def main() -> None:
    """Respond until the input ends; ``settings`` apply to all following requests."""
    django.setup()
    for line in sys.stdin:
        message = json.loads(line)
        override_settings(**message.pop("settings", {})).enable()
        reply = respond(**message) if message else {}
        print(json.dumps(reply), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
