from django.apps import AppConfig


class BasePagesConfig(AppConfig):
    name = "tests.plugin.basepages"
    label = "basepages"
