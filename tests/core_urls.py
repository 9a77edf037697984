"""The URLs of a site without readers' search."""

from tests.plugin.urls import urlpatterns

__all__ = ["handler400", "handler404", "handler500", "urlpatterns"]

handler400 = "digest.api.errors.bad_request"
handler404 = "digest.api.errors.page_not_found"
handler500 = "digest.api.errors.server_error"
