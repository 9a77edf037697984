"""Settings for development: `make run` and `manage.py`."""

import os
from urllib.parse import urlsplit

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

# The frontend that shows the pages and drafts of this site, as `make frontend` does.
if FRONTEND_URL := os.environ.get("FRONTEND_URL"):
    DIGEST_FRONTEND_URLS = {WAGTAILADMIN_BASE_URL: FRONTEND_URL}
    DIGEST_PREVIEW_URLS = {WAGTAILADMIN_BASE_URL: f"{FRONTEND_URL}/preview/{{token}}/"}
    # A webhook may be sent to this machine.
    DIGEST_HTTP_ALLOWED_HOSTS = [urlsplit(FRONTEND_URL).netloc]
