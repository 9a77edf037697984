"""The settings of the tests without any optional app and without the site's own search page."""

from cms.settings.test import *

INSTALLED_APPS = [
    app for app in INSTALLED_APPS if app != "search" and not app.startswith("digest.contrib.")
]
ROOT_URLCONF = "tests.core_urls"
TEMPLATES[0]["DIRS"] = []  # the site's templates have a search form
WAGTAIL_PASSWORD_REQUIRED_TEMPLATE = "wagtailcore/password_required.html"
