"""The settings of the tests, with a snippet (``models``) and a queue in the database."""

import os

os.environ["TASKS"] = "database"

from cms.settings.test import *  # noqa: F403

INSTALLED_APPS += ["tests.publishing.scheduling"]  # noqa: F405
