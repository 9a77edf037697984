"""The page classes in use: the plugin's own, or those that the site set in their place."""

import swapper
from django.apps import apps
from django.db import models


def get_digest_page_model() -> type[models.Model]:
    """The page class of digests: ``DigestPage``, or what the site set in its place."""
    return swapper.load_model("digest", "DigestPage")


def get_issue_page_model() -> type[models.Model]:
    """The page class of issues: ``IssuePage``, or what the site set in its place."""
    return swapper.load_model("digest", "IssuePage")


def get_issue_tag_model() -> type[models.Model]:
    """What ties a tag to an issue: ``IssueTag``, or what the site set in its place."""
    return swapper.load_model("digest", "IssueTag")


def get_issue_senders() -> list[type[models.Model]]:
    """Return the models that signals name as sender when an issue is saved.

    Its own, and plain pages: Wagtail unpublishes aliases and expired pages as such.
    """
    issue = get_issue_page_model()
    models_ = apps.get_models()
    return [model for model in models_ if issubclass(model, issue) or issubclass(issue, model)]
