"""Readers' discussion of issues in GitHub Discussions, through Giscus (https://giscus.app)."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldRowPanel, MultiFieldPanel

FIELDS = ["giscus_repo", "giscus_repo_id", "giscus_category", "giscus_category_id"]


class DiscussionMixin(models.Model):
    """Store the settings of Giscus: all four, or none."""

    giscus_repo = models.CharField(
        _("repository"), max_length=140, blank=True, help_text=_("owner/name on GitHub")
    )
    giscus_repo_id = models.CharField(_("repository ID"), max_length=64, blank=True)
    giscus_category = models.CharField(_("category"), max_length=100, blank=True)
    giscus_category_id = models.CharField(_("category ID"), max_length=64, blank=True)

    discussion_panels = [
        MultiFieldPanel(
            [FieldRowPanel(FIELDS[:2]), FieldRowPanel(FIELDS[2:])],
            heading=_("Discussion"),
            help_text=_(
                "Readers discuss issues in GitHub Discussions through Giscus. "
                "Copy the four values from giscus.app, or leave all four empty."
            ),
            classname="collapsed",
        ),
    ]

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        missing = [name for name in FIELDS if not getattr(self, name)]
        if 0 < len(missing) < len(FIELDS):
            message = _("Giscus needs all four values: fill this one in, or empty the others.")
            raise ValidationError(dict.fromkeys(missing, message))

    @property
    def has_discussion(self) -> bool:
        return all(getattr(self, name) for name in FIELDS)


def discussion_settings(digest: Any) -> dict[str, Any] | None:
    """Return the settings of a digest's discussion as frontends need them; None if it has none."""
    if not digest.has_discussion:
        return None
    return {
        "provider": "giscus",
        "repo": digest.giscus_repo,
        "repo_id": digest.giscus_repo_id,
        "category": digest.giscus_category,
        "category_id": digest.giscus_category_id,
    }


def issue_discussion(issue: Any) -> dict[str, Any] | None:
    """Return the settings of the digest's discussion, with a term that identifies the issue."""
    settings = issue.digest and discussion_settings(issue.digest)
    if not settings:
        return None
    term = f"{issue.digest.slug}/{issue.slug}"
    # Without ``strict``, Giscus searches for the term and may find another issue's discussion.
    return settings | {"mapping": "specific", "term": term, "strict": True}
