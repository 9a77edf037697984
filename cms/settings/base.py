"""
Settings that all modules share, in the layout of `wagtail start`.

Environment variables that all modules read: DATABASE_URL, DATABASE_REPLICA_URL, REDIS_URL,
MEDIA_ROOT, TASKS and TIME_ZONE. All variables: docs/reference/environment.md.
"""

import os
from pathlib import Path
from zoneinfo import available_timezones

from . import caches, databases

PROJECT_DIR = Path(__file__).resolve().parent.parent
BASE_DIR = PROJECT_DIR.parent


# Application definition

INSTALLED_APPS = [
    "home",
    "search",
    "digest",
    "digest.contrib.search",
    "digest.contrib.newsletter",
    "digest.contrib.submissions",
    "digest.contrib.mcp",
    "digest.contrib.changes",
    "digest.contrib.webhooks",
    "rest_framework",
    "drf_spectacular_sidecar",
    "wagtail_modeladmin",
    "wagtail.contrib.redirects",
    "wagtail.contrib.search_promotions",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "cms.request_id.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    # WhiteNoise goes here.
    "digest.caching.response_middleware.CachedResponseMiddleware",
    "cms.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "digest.caching.page_middleware.PublicPagesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "cms.redirects.RedirectMiddleware",
]

ROOT_URLCONF = "cms.urls"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PROJECT_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

WSGI_APPLICATION = "cms.wsgi.application"


# Database: DATABASE_URL, by default SQLite in the checkout, and an optional read replica

DATABASES = {
    "default": databases.database(
        os.environ.get("DATABASE_URL") or f"sqlite:///{BASE_DIR / 'db.sqlite3'}"
    )
}

if os.environ.get("DATABASE_REPLICA_URL"):
    DATABASES["replica"] = databases.replica(os.environ["DATABASE_REPLICA_URL"])
    DATABASE_ROUTERS = ["digest.caching.replica.ReplicaRouter"]
    _gzip = MIDDLEWARE.index("django.middleware.gzip.GZipMiddleware")
    MIDDLEWARE.insert(_gzip + 1, "cms.replica.ReplicaMiddleware")

if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    INSTALLED_APPS.append("django.contrib.postgres")

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


# Caches: Redis if REDIS_URL is set, otherwise the memory of each process

CACHES = caches.caches(os.environ.get("REDIS_URL"))


# Background tasks: immediate in the process that enqueues them, or by `manage.py db_worker`

_tasks = os.environ.get("TASKS") or "immediate"
if _tasks == "database":
    INSTALLED_APPS.append("django_tasks_db")
    # The second queue is the newsletter's, so that a long mailing delays no other task.
    _queues = ["default", "mail"]
    TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": _queues}}
elif _tasks != "immediate":
    raise SystemExit("TASKS in the environment must be immediate or database")


# Password validation

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]


# Internationalization

LANGUAGE_CODE = "en-us"

# Of the templates of the site; the apps bring their own.
LOCALE_PATHS = [BASE_DIR / "cms" / "locale"]

TIME_ZONE = os.environ.get("TIME_ZONE") or "UTC"
if TIME_ZONE not in available_timezones():
    raise SystemExit("TIME_ZONE in the environment must be a time zone such as Europe/Berlin")

USE_I18N = True

# Wagtail shows times in DATETIME_FORMAT, which names no time zone by default.
FORMAT_MODULE_PATH = ["cms.formats"]

USE_TZ = True


# Static files (CSS, JavaScript) and uploaded files

STATIC_ROOT = BASE_DIR / "static"
STATIC_URL = "/static/"

MEDIA_ROOT = os.environ.get("MEDIA_ROOT") or BASE_DIR / "media"
MEDIA_URL = "/media/"

# Serve uploaded images, if no web server does.
SERVE_MEDIA = False

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# A long issue posts more fields than Django's 1000.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000


# Wagtail

WAGTAIL_SITE_NAME = "Wagtail Digest"
WAGTAIL_PASSWORD_REQUIRED_TEMPLATE = "password_required.html"  # noqa: S105 (not a password)

WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}

# The URL of this site in e-mails and elsewhere without a request
WAGTAILADMIN_BASE_URL = os.environ.get("WAGTAILADMIN_BASE_URL", "http://127.0.0.1:8000")

# A file of half a megabyte can decode to gigabytes. Wagtail allows 128 million pixels.
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 40_000_000
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024  # 10 MB

WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "key", "odt", "pdf", "pptx", "rtf", "txt", "xlsx", "zip"]
WAGTAILDOCS_MAX_UPLOAD_SIZE = 10 * 1024 * 1024  # 10 MB

# Avatars would send e-mail addresses to a third party.
WAGTAIL_GRAVATAR_PROVIDER_URL = None

# "AI" and "ai" are one tag.
TAGGIT_CASE_INSENSITIVE = True
