"""The endpoints of the newsletter, and the field ``newsletter`` of digests."""

from django.urls import path

from digest.api.extensions import APIExtension, DigestField
from digest.contrib.newsletter.api import data, examples, serializers, views

extension = APIExtension(
    urlpatterns=[
        path(
            "digests/<unicode_slug:slug>/subscriptions/",
            views.Subscriptions.as_view(),
            name="subscriptions",
        ),
        path("confirmations/<str:token>/", views.Confirmation.as_view(), name="confirmation"),
        path("unsubscriptions/<str:token>/", views.Unsubscription.as_view(), name="unsubscription"),
        path("preferences/", views.PreferencesRequest.as_view(), name="preferences-request"),
        path("preferences/<str:token>/", views.Preferences.as_view(), name="preferences"),
        path(
            "preferences/<str:token>/<unicode_slug:slug>/",
            views.PreferencesOfDigest.as_view(),
            name="preferences-of-digest",
        ),
    ],
    tags={
        "confirmations": "The confirmation of a subscription, for its reader.",
        "unsubscriptions": "The end of a subscription, for its reader.",
        "preferences": "All that is stored about a reader, for that reader.",
    },
    digest_fields=[
        DigestField(
            "newsletter",
            lambda: serializers.NewsletterSerializer(allow_null=True),
            data.newsletters,
            examples.NEWSLETTER,
        )
    ],
)
