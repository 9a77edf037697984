"""The URLs of the API; ``digest.urls`` includes them at ``/api/v1/``."""

from django.urls import path, re_path

from digest.api import documentation, preview, site_views, sources, views
from digest.api.extensions import extensions

app_name = "api"

urlpatterns = [
    path("", site_views.ApiRootView.as_view(), name="map"),
    path("site/", site_views.SiteView.as_view(), name="site"),
    path("pages/", site_views.PageAtPath.as_view(), name="pages"),
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
    path("issues/<page_id:pk>.md", views.IssueMarkdown.as_view(), name="issue-markdown"),
    path("stories/", views.StoryList.as_view(), name="stories"),
    path("stories/<block_id:block_id>/", views.StoryDetail.as_view(), name="story"),
    path("sources/", sources.SourceList.as_view(), name="sources"),
    path("tags/", views.TagList.as_view(), name="tags"),
    path("tags/<unicode_slug:slug>/", views.TagDetail.as_view(), name="tag"),
    path("preview/<str:token>/", preview.IssuePreview.as_view(), name="preview"),
    path("schema/", documentation.SchemaView.as_view(), name="schema"),
    path("docs/", documentation.DocsView.as_view(), name="docs"),
    path("problems/", documentation.ProblemsView.as_view(), name="problems"),
]

for extension in extensions():
    urlpatterns += extension.urlpatterns

urlpatterns += [re_path("", views.NotFoundView.as_view(), name="not-found")]
