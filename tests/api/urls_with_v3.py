"""The site with Wagtail's own v3 API mounted beside it, as its documentation says."""

from django.urls import path
from wagtail.api.v3.urls import api

from cms.urls import urlpatterns as site

urlpatterns = [path("api/v3/", api.urls), *site]
