"""Everything the plugin serves beside the pages themselves; a site includes this once.

``path("", include("digest.urls"))``, before Wagtail's own.
"""

from django.urls import include, path, register_converter
from django.urls.converters import IntConverter, SlugConverter, StringConverter

from digest.feeds import llms, sitemaps
from digest.feeds import views as feed_views
from digest.pages import views
from digest.previews import views as preview_views


class UnicodeSlugConverter(SlugConverter):
    """Slugs as Wagtail allows them: in any script."""

    regex = r"[-\w]+"


class BlockIdConverter(StringConverter):
    """Ids of blocks: UUIDs, or what code wrote in their place."""

    regex = r"[^/\x00-\x1f\x7f]{1,255}"


class PageIdConverter(IntConverter):
    """Numbers that a database can hold, in their one spelling; any other is nobody's id."""

    regex = "[1-9][0-9]{0,17}"


register_converter(UnicodeSlugConverter, "unicode_slug")
register_converter(BlockIdConverter, "block_id")
register_converter(PageIdConverter, "page_id")

app_name = "digest"

urlpatterns = [
    path("api/v1/", include("digest.api.urls")),
    path("feeds/<unicode_slug:slug>/<str:file_name>", feed_views.feed, name="feed"),
    path(
        "feeds/<unicode_slug:slug>/tags/<unicode_slug:tag_slug>/<str:file_name>",
        feed_views.feed,
        name="tag-feed",
    ),
    path("sitemap.xml", sitemaps.sitemap, name="sitemap"),
    path("sitemap-<page_id:number>.xml", sitemaps.sitemap_page, name="sitemap-page"),
    path("llms.txt", llms.llms, name="llms"),
    path("tags/<unicode_slug:slug>/", views.tag, name="tag"),
    path("preview/<str:token>/", preview_views.preview, name="preview"),
    path("preview-userbar/", preview_views.userbar, name="preview-userbar"),
]
