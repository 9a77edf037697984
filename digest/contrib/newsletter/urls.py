"""The pages of the newsletter; ``digest.urls`` includes them at ``/newsletter/``."""

from django.urls import path

from digest.contrib.newsletter import views

app_name = "newsletter"

urlpatterns = [
    path("subscribe/<unicode_slug:slug>/", views.subscribe, name="subscribe"),
    path("check-your-inbox/", views.check_your_inbox, name="check-your-inbox"),
    path("confirm/<str:token>/", views.confirm, name="confirm"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("u/<str:token>/", views.one_click, name="one-click"),
    # A redirect to the URL above would lose the POST of a mail program.
    path("u/<str:token>", views.one_click),
    path("preferences/", views.request_preferences, name="request-preferences"),
    path("preferences/<str:token>/", views.preferences, name="preferences"),
    path("block/<str:token>/", views.block, name="block"),
]
