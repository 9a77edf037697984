"""Front-end caches, as the environment configures them."""

from tests.site.cms.test_settings import PRODUCTION, settings_of

NAMES = ["INSTALLED_APPS", "WAGTAILFRONTENDCACHE", "DIGEST_CDN_MAX_AGE"]


def test_caches_in_the_environment_are_configured():
    urls = "http://10.0.0.5:6081, http://10.0.0.6:6081"
    environment = PRODUCTION | {"FRONTEND_CACHE_URL": urls, "CDN_MAX_AGE": "3600"}
    apps, caches, seconds = settings_of("production", *NAMES, **environment)
    assert {"digest.contrib.frontend_cache", "wagtail.contrib.frontend_cache"} <= set(apps)
    assert [cache["LOCATION"] for cache in caches.values()] == urls.split(", ")
    assert {cache["BACKEND"] for cache in caches.values()} == {
        "digest.contrib.frontend_cache.backends.HostPurgeBackend"
    }
    assert seconds == 3600


def test_without_them_the_apps_are_not_installed():
    [apps] = settings_of("production", "INSTALLED_APPS", **PRODUCTION)
    assert not [app for app in apps if "frontend_cache" in app]
