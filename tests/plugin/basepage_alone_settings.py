"""A custom base page model without digest and issue pages: a system check fails."""

from tests.plugin.settings import *

INSTALLED_APPS = ["tests.plugin.basepage", *INSTALLED_APPS]
WAGTAIL_PAGE_MODEL = "basepage.BasePage"
