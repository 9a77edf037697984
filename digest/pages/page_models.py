"""The page classes in use: the plugin's own, or those that the site set in their place."""

import swapper
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
