"""Answers of a made-up view, under a content version that a test changes at will."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from digest import visibility
from digest.caching import content_version, response_cache


class Content:
    """What there is to show, its version, and the view that shows it."""

    def __init__(self) -> None:
        self.version: str | None = "first"
        self.expiry = None
        self.text = "All quiet on the tram lines. " * 20
        self.made = 0
        self.while_making: Callable[[], Any] = lambda: None

    def change(self, text: str) -> None:
        """Publish something else."""
        self.text, self.version = text, f"after-{self.version}"

    def show(self) -> HttpResponse:
        """The view."""
        self.made += 1
        self.while_making()
        return HttpResponse(self.text, content_type="text/plain")

    def ask(self, path: str = "/", kind: str = "", query: Any = None, **headers: str) -> Any:
        """The answer to a request, kept or made."""
        return self.answer(RequestFactory().get(path, **headers), kind, query)

    def answer(self, request: HttpRequest, kind: str = "", query: Any = None) -> Any:
        """The same for a request that a test has made."""
        return response_cache.kept_or_made(request, self.show, kind=kind, query=query)


@pytest.fixture
def content(monkeypatch) -> Content:
    """Nothing of it is in a database."""
    content = Content()
    monkeypatch.setattr(content_version, "current", lambda: content.version)
    monkeypatch.setattr(content_version, "repeatable_read", nullcontext)
    monkeypatch.setattr(visibility, "next_expiry", lambda: content.expiry)
    monkeypatch.setattr(response_cache, "_broken_until", 0.0)
    return content
