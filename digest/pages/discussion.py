"""Readers' discussion of issues in GitHub Discussions, through Giscus (https://giscus.app)."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldRowPanel, MultiFieldPanel

from digest.pages.stable_ids import stable_id

FIELDS = ["giscus_repo", "giscus_repo_id", "giscus_category", "giscus_category_id"]
# https://docs.github.com: the names of accounts and of repositories; ids are opaque.
REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}")
REPOSITORY_URL = re.compile(r"(https?://)?(www\.)?github\.com/([^/]+/[^/]+?)(\.git)?/?", re.I)
NODE_ID = re.compile(r"[A-Za-z0-9_=-]+")
# The first letters of ids, which tell a repository from a category.
REPOSITORY_PREFIX, CATEGORY_PREFIX = "R_", "DIC_"

# The languages of Giscus (https://github.com/giscus/giscus); it has no page for any other one.
LANGUAGES = [
    "ar",
    "be",
    "bg",
    "ca",
    "cs",
    "da",
    "de",
    "en",
    "eo",
    "es",
    "eu",
    "fa",
    "fr",
    "gr",
    "gsw",
    "hbs",
    "he",
    "hu",
    "id",
    "it",
    "ja",
    "kh",
    "ko",
    "nl",
    "pl",
    "pt",
    "ro",
    "ru",
    "th",
    "tr",
    "uk",
    "uz",
    "vi",
    "zh-CN",
    "zh-HK",
    "zh-TW",
]
# Languages with another code in Giscus.
OTHER_CODES = {
    "bs": "hbs",
    "el": "gr",
    "hr": "hbs",
    "km": "kh",
    "sr": "hbs",
    "zh": "zh-CN",
    "zh-hans": "zh-CN",
    "zh-hant": "zh-TW",
}


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
        if found := REPOSITORY_URL.fullmatch(self.giscus_repo.strip()):
            self.giscus_repo = found[3]
        missing = [name for name in FIELDS if not getattr(self, name)]
        if 0 < len(missing) < len(FIELDS):
            message = _("Giscus needs all four values: fill this one in, or empty the others.")
            raise ValidationError(dict.fromkeys(missing, message))
        if not missing and (errors := self._discussion_errors()):
            raise ValidationError(errors)

    def _discussion_errors(self) -> dict[str, Any]:
        errors = {}
        if not REPOSITORY.fullmatch(self.giscus_repo):
            errors["giscus_repo"] = _("Enter the repository as owner/name, such as acme/comments.")
        ids = {"giscus_repo_id": CATEGORY_PREFIX, "giscus_category_id": REPOSITORY_PREFIX}
        for name, prefix_of_other in ids.items():
            value = getattr(self, name)
            if value.startswith(prefix_of_other):
                errors[name] = _(
                    "The two IDs are interchanged: that of a category begins with DIC_."
                )
            elif not NODE_ID.fullmatch(value):
                errors[name] = _("Copy the ID from giscus.app: letters, digits, - _ and = only.")
        return errors

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
    # Without ``strict``, Giscus searches for the term and may find another issue's discussion.
    found = {"mapping": "specific", "term": stable_id(issue), "strict": True}
    return settings | found | {"lang": giscus_language(issue.locale.language_code)}


def giscus_language(code: str) -> str:
    """Return the language of Giscus that is nearest to a language code, or else English."""
    codes = {language.lower(): language for language in LANGUAGES} | OTHER_CODES
    code = code.lower()
    while code not in codes and "-" in code:
        code = code.rpartition("-")[0]
    return codes.get(code, "en")
