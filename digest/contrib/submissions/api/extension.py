"""The endpoints of submissions."""

from django.urls import path

from digest.api.extensions import APIExtension
from digest.contrib.submissions.api import problems, views
from digest.contrib.submissions.api.examples import EXAMPLES

extension = APIExtension(
    urlpatterns=[
        path("submissions/", views.Submissions.as_view(), name="submissions"),
        path(
            "submissions/<uuid:submission_id>/",
            views.SubmissionDetail.as_view(),
            name="submission",
        ),
    ],
    problems=problems.PROBLEMS,
    examples=EXAMPLES,
    tags={"submissions": "Issues of scripts, with an API key."},
)
