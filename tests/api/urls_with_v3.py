"""The URLs of the site with Wagtail's own v3 API, as its documentation shows."""

from django.urls import path
from wagtail.api.v3.urls import api

from tests.optional_apps import site_patterns

urlpatterns = [path("api/v3/", api.urls), *site_patterns()]
