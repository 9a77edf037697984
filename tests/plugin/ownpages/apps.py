from django.apps import AppConfig


class OwnPagesConfig(AppConfig):
    name = "tests.plugin.ownpages"
    label = "ownpages"
