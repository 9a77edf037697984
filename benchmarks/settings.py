"""Production settings with the database and uploads in BENCH_DIR."""

import os

BENCH_DIR = os.environ["BENCH_DIR"]
os.environ.setdefault("DATABASE_URL", f"sqlite:///{BENCH_DIR}/unused.sqlite3")
os.environ |= {
    "SECRET_KEY": "benchmarks-only-key",
    "ALLOWED_HOSTS": "*",
    "WAGTAILADMIN_BASE_URL": "http://localhost",
    "MEDIA_ROOT": f"{BENCH_DIR}/media",
    "HTTPS": "off",
}

from cms.settings.production import *  # noqa: E402, F403

# First, so that its ready() runs before those of Wagtail's APIs.
INSTALLED_APPS = [
    "benchmarks",
    *INSTALLED_APPS,  # noqa: F405
    "wagtail.api.v2",
    "wagtail.api.v3",
    "ninja",
]
ROOT_URLCONF = "benchmarks.urls"
STATIC_ROOT = f"{BENCH_DIR}/static"

# Of a server that renders each response: see benchmarks/server/cpu.py.
if "BENCH_CACHE_SECONDS" in os.environ:
    DIGEST_CACHE_SECONDS = int(os.environ["BENCH_CACHE_SECONDS"])
# Pages are rendered without `collectstatic`.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
