"""Custom digest and issue pages, with a custom field and block."""

from django.db import models
from modelcluster.fields import ParentalKey
from taggit.models import TaggedItemBase
from wagtail.fields import StreamField
from wagtail.models import Page

from digest.mixins import DigestPageMixin, IssuePageMixin
from tests.plugin.blocks import OwnBodyBlock


class OwnDigest(DigestPageMixin, Page):
    search_fields = Page.search_fields + DigestPageMixin.search_fields


class OwnIssue(IssuePageMixin, Page):
    editor = models.CharField(max_length=100, blank=True)
    body = StreamField(OwnBodyBlock())

    search_fields = Page.search_fields + IssuePageMixin.search_fields
    content_panels = [*IssuePageMixin.content_panels, "editor"]


class OwnIssueTag(TaggedItemBase):
    content_object = ParentalKey(OwnIssue, on_delete=models.CASCADE, related_name="tagged_items")
