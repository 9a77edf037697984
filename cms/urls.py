"""URLs of the site: the admin, the search page, the digest, then Wagtail's pages."""

from pathlib import Path

from django.conf import settings
from django.urls import include, path, re_path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from cms import health, media, robots
from search import views as search_views

handler400 = "digest.api.errors.bad_request"
handler404 = "digest.api.errors.page_not_found"
handler500 = "digest.api.errors.server_error"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("robots.txt", robots.robots, name="robots"),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("search/", search_views.search, name="search"),
]

if settings.SERVE_MEDIA:
    # Images only: Wagtail serves documents above, and checks whether they are private.
    urlpatterns += [
        re_path(
            rf"^{settings.MEDIA_URL.lstrip('/')}{folder}/(?P<path>.*)$",
            media.serve,
            {"document_root": Path(settings.MEDIA_ROOT, folder)},
        )
        for folder in ("images", "avatar_images")
    ]

urlpatterns += [
    path("", include("digest.urls")),
    # Last, because it matches everything.
    path("", include(wagtail_urls)),
]
