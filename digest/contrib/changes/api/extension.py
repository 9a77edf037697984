"""The feed of changes, and ``at`` for every endpoint."""

from django.urls import path

from digest.api.extensions import APIExtension, FreshParameter
from digest.contrib.changes.api import examples, problems, views
from digest.contrib.changes.api.parameters import SequenceField

extension = APIExtension(
    urlpatterns=[path("changes/", views.Changes.as_view(), name="changes")],
    fresh_parameters=[
        FreshParameter(
            name="at",
            make_field=lambda: SequenceField(
                min_value=1,
                required=False,
                help_text="The response includes the change with this sequence of `/changes/`.",
            ),
        )
    ],
    links=["changes"],
    problems=problems.PROBLEMS,
    tags={"changes": "What has changed, for those who keep a copy."},
    examples={"Change": examples.CHANGE, "ChangeList": examples.CHANGES},
)
