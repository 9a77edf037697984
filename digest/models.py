"""The plugin's page models: a digest is a publication, and an issue one of its numbers.

A site can replace them (``DIGEST_DIGESTPAGE_MODEL``, ``DIGEST_ISSUEPAGE_MODEL`` and, with it,
``DIGEST_ISSUETAG_MODEL``), so code should use ``get_issue_page_model`` and the like.
"""

import swapper
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from taggit.models import TaggedItemBase
from wagtail.models import Page

# Django needs the models here; the functions are documented to be imported from here.
from digest.caching.content_version import ChangeMarker, ContentVersion  # noqa: F401
from digest.importing.review.uploads import Upload, UploadImage  # noqa: F401
from digest.jobs.models import JobRun  # noqa: F401
from digest.mixins import ISSUE_PAGE_MODEL, DigestPageMixin, IssuePageMixin
from digest.pages.page_models import (  # noqa: F401
    get_digest_page_model,
    get_issue_page_model,
    get_issue_tag_model,
)
from digest.pages.stories import Story  # noqa: F401
from digest.previews.tokens import PreviewToken  # noqa: F401
from digest.sources.models import Check, CheckedHost, Citation, Source  # noqa: F401


class DigestPage(DigestPageMixin, Page):
    """Add ``DigestPageMixin`` to Wagtail's page."""

    search_fields = Page.search_fields + DigestPageMixin.search_fields

    class Meta:
        verbose_name = _("digest")
        verbose_name_plural = _("digests")
        swappable = swapper.swappable_setting("digest", "DigestPage")


class IssuePage(IssuePageMixin, Page):
    """Add ``IssuePageMixin`` to Wagtail's page."""

    search_fields = Page.search_fields + IssuePageMixin.search_fields

    class Meta:
        verbose_name = _("issue")
        verbose_name_plural = _("issues")
        swappable = swapper.swappable_setting("digest", "IssuePage")


class IssueTag(TaggedItemBase):
    content_object = ParentalKey(
        ISSUE_PAGE_MODEL, on_delete=models.CASCADE, related_name="tagged_items"
    )

    class Meta:
        swappable = swapper.swappable_setting("digest", "IssueTag")
