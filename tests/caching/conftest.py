"""A plain view with a cache policy, under a content version that a test changes at will."""

from collections.abc import Callable, Collection
from contextlib import nullcontext
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from digest import visibility
from digest.caching import content_version, response_cache
from digest.caching.cacheable import CachePolicy, respond


class Policy(CachePolicy):
    """A policy whose variant and parameters a test chooses."""

    def __init__(self, variant: str, parameters: Collection[str] | None) -> None:
        self.chosen, self.parameters = variant, parameters

    def variant(self, request: HttpRequest) -> str:
        return self.chosen


class Content:
    """A text, its version, and a view that shows it."""

    def __init__(self) -> None:
        self.version: str | None = "first"
        self.next_expiry: datetime | None = None
        self.expires_at: datetime | None = None
        self.text = "All quiet on the tram lines. " * 20
        self.times_rendered = 0
        self.requests: list[HttpRequest] = []
        self.while_rendering: Callable[[], Any] = lambda: None

    def change(self, text: str) -> None:
        """Publish another text."""
        self.text, self.version = text, f"after-{self.version}"

    def view(self, request: HttpRequest) -> HttpResponse:
        """Render the text."""
        self.times_rendered += 1
        self.requests.append(request)
        visibility.note_expiry([SimpleNamespace(expire_at=self.expires_at)])
        self.while_rendering()
        return HttpResponse(self.text, content_type="text/plain")

    def get(self, path: str = "/", variant: str = "", parameters: Any = None, **meta: str) -> Any:
        """Return the response to a GET request."""
        return self.respond(RequestFactory().get(path, **meta), variant, parameters)

    def respond(self, request: HttpRequest, variant: str = "", parameters: Any = None) -> Any:
        """Return the response to a request."""
        return respond(request, lambda attempt: self.view(attempt), Policy(variant, parameters))


@pytest.fixture
def content(monkeypatch) -> Content:
    """A text that is in no database."""
    content = Content()
    monkeypatch.setattr(content_version, "current", lambda: content.version)
    monkeypatch.setattr(content_version, "repeatable_read", nullcontext)
    monkeypatch.setattr(visibility, "next_expiry", lambda: content.next_expiry)
    monkeypatch.setattr(response_cache, "_retry_at", 0.0)
    return content
