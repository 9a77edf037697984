"""A site with the apps of the plugin that PLUGIN_APPS names, or without it."""

import os

import dj_database_url

from tests.plugin.settings import *

DATABASES = {"default": dj_database_url.parse(os.environ["PLUGIN_DATABASE"])}
PLUGIN_APPS = os.environ["PLUGIN_APPS"].split()
INSTALLED_APPS = [*PLUGIN_APPS, *(app for app in INSTALLED_APPS if app != "digest")]
if not PLUGIN_APPS:
    ROOT_URLCONF = "wagtail.urls"
