"""Settings for tests: fast hashing, no e-mail, and uploads in a temporary directory."""

import atexit
import os
import shutil
import tempfile

from .base import *

DEBUG = False

SECRET_KEY = "tests-only-key"  # noqa: S105

ALLOWED_HOSTS = ["*"]

EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if not os.environ.get("MEDIA_ROOT"):
    MEDIA_ROOT = tempfile.mkdtemp(prefix="digest-media-")
    atexit.register(shutil.rmtree, MEDIA_ROOT, ignore_errors=True)

# Browser tests load images from the test server.
SERVE_MEDIA = True

# Tests configure the front-end caches.
INSTALLED_APPS.append("digest.contrib.frontend_cache")

# Tests send events of providers; a site includes its URLs only if it uses it.
INSTALLED_APPS.append("anymail")
ANYMAIL = {"WEBHOOK_SECRET": "provider:secret"}

# A busy machine can be slow.
CACHES = caches.caches(os.environ.get("REDIS_URL"), timeout=30)

# Few tests use Wagtail's own search: they are marked wagtail_indexes (tests/conftest.py).
WAGTAILSEARCH_BACKENDS = {
    "default": {"BACKEND": "wagtail.search.backends.database", "AUTO_UPDATE": False}
}
