"""A base page model of the site's own, with nothing built on it: checks must say how to go on."""

from tests.plugin.settings import *

INSTALLED_APPS = ["tests.plugin.basepage", *INSTALLED_APPS]
WAGTAIL_PAGE_MODEL = "basepage.BasePage"
