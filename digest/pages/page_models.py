"""The page classes in use: the plugin's own, or those that replace them in the settings."""

from typing import Any

import swapper
from django.apps import apps
from django.db import models


def get_digest_page_model() -> type[models.Model]:
    """Return the page class of digests, by default ``DigestPage``."""
    return swapper.load_model("digest", "DigestPage")


def get_issue_page_model() -> type[models.Model]:
    """Return the page class of issues, by default ``IssuePage``."""
    return swapper.load_model("digest", "IssuePage")


def get_issue_tag_model() -> type[models.Model]:
    """Return the model between issues and tags, by default ``IssueTag``."""
    return swapper.load_model("digest", "IssueTag")


def get_issue_senders() -> list[type[models.Model]]:
    """Return the models that may be the sender of a signal when an issue is saved.

    Plain pages are among them, as which Wagtail unpublishes aliases and expired pages.
    """
    issue = get_issue_page_model()
    return [
        model for model in apps.get_models() if issubclass(model, issue) or issubclass(issue, model)
    ]


def parent_of(page: Any) -> Any:
    """Return the parent of a page, or of a new one as its form has set it; None if unknown."""
    return page.get_parent() if page.path else getattr(page, "_cached_parent_obj", None)
