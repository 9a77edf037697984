"""The URL of the server; ``digest.urls`` includes it at ``/mcp/``."""

from django.urls import path

from digest.contrib.mcp import views

app_name = "mcp"

urlpatterns = [path("", views.mcp, name="server")]
