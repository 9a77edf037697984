"""A key of a curator's account, and requests with it."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client

from digest.contrib.submissions.models import ApiKey
from digest.models import DigestPage

URL = "/api/v1/submissions/"
DOCUMENT = """---
title: Lanterns on the canal
date: 2026-11-30
tags: [Cities, Light]
---

The city lights its towpaths again.

## Lamps that wait for walkers

The lamps glow when somebody comes near, and dim again behind them.

**Why it matters:** Bats and sleepers get their night back.

Sources: [The lighting plan](https://www.example.org/plan/)

## A ferry without a timetable

It leaves when eight people stand on the jetty.

**Why it matters:** Nobody waits for an empty boat.

Sources: [Minutes of the council](https://www.example.org/minutes/)

## Bottom line

Less light, more often.
"""

FERRY = {
    "type": "story_section",
    "value": {
        "heading": "A ferry without a timetable",
        "body": "It leaves when eight people stand on the jetty.",
        "why_it_matters": "Nobody waits for an empty boat.",
        "sources": [{"title": "Minutes of the council", "url": "https://www.example.org/minutes/"}],
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
                "sources": [{"title": "The lighting plan", "url": "https://www.example.org/plan/"}],
            },
        },
        FERRY,
        {"type": "bottom_line", "value": {"text": "Less light, more often."}},
    ],
}


@pytest.fixture
def curator(digest: DigestPage, django_user_model: Any) -> Any:
    """Return a writer: an account that may add and edit its own issues."""
    call_command("create_roles", verbosity=0)
    user = django_user_model.objects.create_user("curator")
    user.groups.add(Group.objects.get(name="Digest writers"))
    return user


@pytest.fixture
def api_key(digest: DigestPage, curator: Any) -> tuple[ApiKey, str]:
    """Return the row of a key, and the key."""
    return ApiKey.make("The curator", curator, [digest])


@pytest.fixture
def submit(client: Client, api_key: tuple[ApiKey, str]) -> Callable:
    """Return a function that submits a document."""

    def submit(document: Any = DOCUMENT, url: str = f"{URL}?digest=daily", **options: Any) -> Any:
        method = options.pop("method", "post")
        headers = {"Authorization": f"Bearer {api_key[1]}", "Idempotency-Key": str(uuid.uuid4())}
        headers |= options.pop("headers", {})
        headers = {name: value for name, value in headers.items() if value is not None}
        options.setdefault("content_type", "text/markdown")
        return getattr(client, method)(url, document, headers=headers, **options)

    return submit


@pytest.fixture
def send(submit):
    """Return a function that submits an issue, or replaces one."""

    def send(issue=ISSUE, url=URL, method="post", query="", **fields):
        body = {"issue": issue} | fields | ({"digest": "daily"} if method == "post" else {})
        headers = {} if method == "post" else {"Idempotency-Key": None, "If-Match": "*"}
        options = {"content_type": "application/json", "method": method, "headers": headers}
        return submit(json.dumps(body), url + query, **options)

    return send


@pytest.fixture
def read(client: Client, api_key: tuple[ApiKey, str]) -> Callable:
    """Return a function that requests a URL with the key."""
    headers = {"Authorization": f"Bearer {api_key[1]}"}
    return lambda url: client.get(url, headers=headers)


@pytest.fixture
def log_in(curator: Any, client: Client, django_user_model: Any) -> Callable:
    """Return a function that signs in a new member of a group, and returns the user."""

    def log_in(group: str, name: str = "") -> Any:
        user = django_user_model.objects.create_user(name or group)
        user.groups.add(Group.objects.get(name=group))
        client.force_login(user)
        return user

    return log_in


@pytest.fixture
def edith(django_user_model: Any) -> Any:
    """Return an editor with a full name."""
    fields = {"first_name": "Edith", "last_name": "Example", "password": "secret"}
    return django_user_model.objects.create_superuser("edith", **fields)
