"""A server process that is asked by lines of JSON on its standard input, one answer a line.

It answers as a server does, middleware and cache included; besides, it says how many queries that
took, and its clock is that of who asks.
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
    """Counts the queries of one answer."""

    queries = 0

    def __call__(self, execute: Any, *args: Any) -> Any:
        self.queries += 1
        return execute(*args)


def answer(path: str, now: str, headers: dict[str, str]) -> dict[str, Any]:
    """What a reader who asks at that moment gets."""
    moment, counter = datetime.fromisoformat(now), Counter()
    with (
        mock.patch("django.utils.timezone.now", return_value=moment),
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
    """Answer until the input ends; ``settings`` are taken over for all that follows."""
    django.setup()
    for line in sys.stdin:
        question = json.loads(line)
        override_settings(**question.pop("settings", {})).enable()
        said = answer(**question) if question else {}
        print(json.dumps(said), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
