"""Converters of URL paths, for the plugin and its apps, whichever are loaded first."""

from django.urls import register_converter
from django.urls.converters import IntConverter, SlugConverter, StringConverter


class UnicodeSlugConverter(SlugConverter):
    """Match slugs in any script, as Wagtail allows them."""

    regex = r"[-\w]+"


class BlockIdConverter(StringConverter):
    """Match block ids, which are UUIDs unless code has written others."""

    regex = r"[^/\x00-\x1f\x7f]{1,255}"


class PageIdConverter(IntConverter):
    """Match positive integers that a database can hold, without leading zeros."""

    regex = "[1-9][0-9]{0,17}"


register_converter(UnicodeSlugConverter, "unicode_slug")
register_converter(BlockIdConverter, "block_id")
register_converter(PageIdConverter, "page_id")
