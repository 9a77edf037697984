from django.apps import AppConfig


class BasePageConfig(AppConfig):
    name = "tests.plugin.basepage"
    label = "basepage"
