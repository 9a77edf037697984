"""Test settings with the snippet of ``models`` and a task queue in the database."""

import os

os.environ["TASKS"] = "database"

from cms.settings.test import *  # noqa: F403

INSTALLED_APPS += ["tests.publishing.scheduling"]  # noqa: F405
