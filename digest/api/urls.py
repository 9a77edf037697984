"""Addresses of the API, below wherever the site puts them (``/api/v1/`` with ``digest.urls``)."""

from django.urls import path, re_path

from digest.api import documentation, views

app_name = "api"

urlpatterns = [
    path("", views.MapView.as_view(), name="map"),
    path("digests/", views.DigestList.as_view(), name="digests"),
    path("digests/<unicode_slug:slug>/", views.DigestDetail.as_view(), name="digest"),
    path(
        "digests/<unicode_slug:digest_slug>/issues/<unicode_slug:slug>/",
        views.IssueBySlugs.as_view(),
        name="issue-by-slugs",
    ),
    path("issues/", views.IssueList.as_view(), name="issues"),
    path("issues/latest/", views.LatestIssue.as_view(), name="latest-issue"),
    path("issues/<page_id:pk>/", views.IssueDetail.as_view(), name="issue"),
    path("tags/", views.TagList.as_view(), name="tags"),
    path("tags/<unicode_slug:slug>/", views.TagDetail.as_view(), name="tag"),
    path("schema/", documentation.SchemaView.as_view(), name="schema"),
    path("docs/", documentation.docs, name="docs"),
    path("problems/", documentation.problems, name="problems"),
    re_path("", views.NotFoundView.as_view(), name="not-found"),
]
