"""Settings for work on one's own machine: `make run` and a plain `manage.py`."""

from .base import *

DEBUG = True

# Not a secret: good for development alone. Production takes its own from the environment.
SECRET_KEY = "development-only-key-not-for-production"  # noqa: S105

ALLOWED_HOSTS = ["*"]

EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

# WhiteNoise serves the static files here too, so that development and production answer alike.
INSTALLED_APPS.insert(0, "whitenoise.runserver_nostatic")
MIDDLEWARE.insert(2, "whitenoise.middleware.WhiteNoiseMiddleware")

SERVE_MEDIA = True
