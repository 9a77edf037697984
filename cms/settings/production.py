"""
Settings for production, from environment variables: docs/reference/environment.md. If a required
variable is missing, the process exits with a message that names it.
"""

import os

from cms.logs import LOGGING  # noqa: F401

from .base import *

_missing = [
    name
    for name in ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "WAGTAILADMIN_BASE_URL")
    if not os.environ.get(name)
]
if _missing:
    # SystemExit and not ImproperlyConfigured: one line on the terminal instead of a traceback.
    raise SystemExit(f"Missing in the environment: {', '.join(_missing)}")


def _words(name: str) -> list[str]:
    """Split the comma-separated values of an environment variable."""
    return [word.strip() for word in os.environ.get(name, "").split(",") if word.strip()]


def _switch(name: str, default: bool) -> bool:
    """Read a boolean environment variable."""
    return os.environ.get(name, str(default)).lower() in ("1", "true", "yes", "on")


DEBUG = False

SECRET_KEY = os.environ["SECRET_KEY"]
SECRET_KEY_FALLBACKS = _words("SECRET_KEY_FALLBACKS")

ALLOWED_HOSTS = _words("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = _words("CSRF_TRUSTED_ORIGINS")

for _database in DATABASES.values():
    _database |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}


# HTTPS everywhere; HTTPS=off is for local trials

HTTPS = _switch("HTTPS", default=True)

SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # probes come from inside, over plain HTTP
SECURE_HSTS_SECONDS = int(os.environ.get("HSTS_SECONDS", 365 * 24 * 3600)) if HTTPS else 0
# It affects the whole domain and is hard to revoke, so it is off by default, and the two deployment
# checks for it are silenced.
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _switch("HSTS_SUBDOMAINS", default=False)
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS

# Only behind a proxy that always sets this header; otherwise clients could send it.
if _switch("TRUST_X_FORWARDED_PROTO", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"  # Wagtail allows its own frames, the previews, view by view


# Static files: hashed names, compressed, cached for ever

MIDDLEWARE.insert(2, "whitenoise.middleware.WhiteNoiseMiddleware")
STORAGES["staticfiles"]["BACKEND"] = "whitenoise.storage.CompressedManifestStaticFilesStorage"

SERVE_MEDIA = _switch("SERVE_MEDIA", default=False)


# Front-end caches, each by the URL that purge requests are sent to

_caches = _words("FRONTEND_CACHE_URL")
if _caches:
    INSTALLED_APPS += ["digest.contrib.frontend_cache", "wagtail.contrib.frontend_cache"]
    WAGTAILFRONTENDCACHE = {
        url: {"BACKEND": "digest.contrib.frontend_cache.backends.HostPurgeBackend", "LOCATION": url}
        for url in _caches
    }
if os.environ.get("CDN_MAX_AGE"):
    DIGEST_CDN_MAX_AGE = int(os.environ["CDN_MAX_AGE"])


# The limit of API requests, and behind how many proxies the addresses of clients are

if os.environ.get("API_THROTTLE_RATE"):
    DIGEST_API_THROTTLE_RATE = os.environ["API_THROTTLE_RATE"]
if os.environ.get("NUM_PROXIES"):
    REST_FRAMEWORK = {"NUM_PROXIES": int(os.environ["NUM_PROXIES"])}


# E-mail

EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", 25))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = _switch("EMAIL_USE_TLS", default=False)
EMAIL_USE_SSL = _switch("EMAIL_USE_SSL", default=False)
if EMAIL_USE_TLS and EMAIL_USE_SSL:
    raise SystemExit("Only one of EMAIL_USE_TLS and EMAIL_USE_SSL may be on in the environment")
EMAIL_TIMEOUT = int(os.environ.get("EMAIL_TIMEOUT", 10))
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "webmaster@localhost")


# The newsletter

DIGEST_NEWSLETTER_FROM = os.environ.get("NEWSLETTER_FROM") or DEFAULT_FROM_EMAIL
DIGEST_NEWSLETTER_ORIGINS = _words("NEWSLETTER_ORIGINS")
DIGEST_NEWSLETTER_REMOVALS_FILE = os.environ.get("NEWSLETTER_REMOVALS_FILE") or None
if os.environ.get("NEWSLETTER_SIGNUP_RATE"):
    DIGEST_NEWSLETTER_SIGNUP_RATE = os.environ["NEWSLETTER_SIGNUP_RATE"]
if os.environ.get("NEWSLETTER_LETTERS_PER_HOUR"):
    DIGEST_NEWSLETTER_LETTERS_PER_HOUR = int(os.environ["NEWSLETTER_LETTERS_PER_HOUR"])


# Webhooks

DIGEST_WEBHOOK_GITHUB_TOKEN = os.environ.get("WEBHOOK_GITHUB_TOKEN") or None
