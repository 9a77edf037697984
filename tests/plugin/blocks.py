"""A custom block."""

from wagtail.blocks import CharBlock, RichTextBlock, StructBlock

from digest.blocks import IssueBodyBlock


class SponsorBlock(StructBlock):
    name = CharBlock()
    message = RichTextBlock()


class OwnBodyBlock(IssueBodyBlock):
    sponsor = SponsorBlock()
