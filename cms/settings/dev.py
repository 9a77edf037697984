"""Settings for development: `make run` and `manage.py`."""

from .base import *

DEBUG = True

# Not a secret. Production reads its own from the environment.
SECRET_KEY = "development-only-key-not-for-production"  # noqa: S105

ALLOWED_HOSTS = ["*"]

EMAIL_BACKEND = "cms.mail.EmailBackend"
EMAIL_FILE_PATH = BASE_DIR / ".mail"

# WhiteNoise serves static files here too, so that responses are the same as in production.
INSTALLED_APPS.insert(0, "whitenoise.runserver_nostatic")
MIDDLEWARE.insert(2, "whitenoise.middleware.WhiteNoiseMiddleware")

SERVE_MEDIA = True
