"""URLs of the plugin: API, feeds, sitemap, llms.txt, tag pages and previews.

A site includes them before Wagtail's own: ``path("", include("digest.urls"))``.
"""

from django.urls import include, path, register_converter
from django.urls.converters import IntConverter, SlugConverter, StringConverter

from digest.feeds import llms, sitemaps
from digest.feeds import views as feed_views
from digest.pages import views
from digest.previews import views as preview_views
from digest.registry import registry


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

app_name = "digest"

urlpatterns = [
    path("api/v1/", include("digest.api.urls")),
    path("feeds/", feed_views.feeds, name="feeds"),
    path("feeds/<str:file_name>", feed_views.site_feed, name="site-feed"),
    path("feeds/<unicode_slug:slug>/<str:file_name>", feed_views.feed, name="feed"),
    path(
        "feeds/<unicode_slug:slug>/tags/<unicode_slug:tag_slug>/<str:file_name>",
        feed_views.feed,
        name="tag-feed",
    ),
    path("sitemap.xml", sitemaps.sitemap, name="sitemap"),
    path("sitemap-<page_id:number>.xml", sitemaps.sitemap_page, name="sitemap-page"),
    path("llms.txt", llms.llms, name="llms"),
    path("tags/", views.tags, name="tags"),
    path("tags/<unicode_slug:slug>/", views.tag, name="tag"),
    path("preview/<str:token>/", preview_views.preview, name="preview"),
    path("preview-userbar/", preview_views.userbar, name="preview-userbar"),
]

urlpatterns += [path(route, include(urlconf)) for route, urlconf in registry.urlconfs.items()]
