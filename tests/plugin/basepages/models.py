"""Custom digest and issue pages on a custom base page model."""

from django.db import models
from modelcluster.fields import ParentalKey
from taggit.models import TaggedItemBase
from wagtail.fields import StreamField

from digest.mixins import DigestPageMixin, IssuePageMixin
from tests.plugin.basepage.models import BasePage
from tests.plugin.blocks import OwnBodyBlock


class OwnDigest(DigestPageMixin, BasePage):
    search_fields = BasePage.search_fields + DigestPageMixin.search_fields


class OwnIssue(IssuePageMixin, BasePage):
    editor = models.CharField(max_length=100, blank=True)
    body = StreamField(OwnBodyBlock())

    search_fields = BasePage.search_fields + IssuePageMixin.search_fields
    content_panels = [*IssuePageMixin.content_panels, "editor"]


class OwnIssueTag(TaggedItemBase):
    content_object = ParentalKey(OwnIssue, on_delete=models.CASCADE, related_name="tagged_items")
