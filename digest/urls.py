"""URLs of the plugin: API, feeds, sitemap, llms.txt, tag pages and previews.

A site includes them before Wagtail's own: ``path("", include("digest.urls"))``.
"""

from django.urls import include, path

import digest.url_converters  # noqa: F401 (registers them)
from digest.feeds import llms, sitemaps
from digest.feeds import views as feed_views
from digest.pages import views
from digest.previews import views as preview_views
from digest.registry import registry

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
