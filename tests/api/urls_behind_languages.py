"""The URLs of a site with ``i18n_patterns``, with a prefix for the default language, too."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from wagtail import urls as wagtail_urls

from tests.optional_apps import site_patterns

handler404 = "digest.api.errors.page_not_found"

urlpatterns = [*site_patterns()[:-1], *i18n_patterns(path("", include(wagtail_urls)))]
