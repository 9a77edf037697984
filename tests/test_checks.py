"""System checks of settings, of the order of apps and of page models."""

import pytest
from django.core.checks import run_checks

from digest import checks
from digest.conf import DigestSettings


@pytest.mark.parametrize(
    ("name", "value", "check_id"),
    [
        ("WORDS_PER_MINUTE", 0, "digest.E001"),
        ("ISSUES_PER_PAGE", "20", "digest.E002"),
        ("FEED_LENGTH", True, "digest.E003"),
        ("IMAGE_WIDTHS", [], "digest.E004"),
        ("IMAGE_WIDTHS", [400, -1], "digest.E004"),
        ("IMAGE_WIDTHS", "400", "digest.E004"),
        ("API_DOCS_ENABLED", "no", "digest.E005"),
        ("FRONTEND_URLS", {"https://a.org/": "https://b.org"}, "digest.E008"),
        ("FRONTEND_URLS", {"https://a.org": "https://b.org/news"}, "digest.E008"),
        ("FRONTEND_URLS", ["https://a.org"], "digest.E008"),
        ("PREVIEW_URLS", {"https://a.org": "https://b.org/preview"}, "digest.E015"),
        ("PREVIEW_URLS", {"https://a.org": "https://{token}.b.org/"}, "digest.E015"),
        ("PREVIEW_URLS", {"a.org": "https://b.org/{token}"}, "digest.E015"),
        ("API_THROTTLE_RATE", "100", "digest.E009"),
        ("API_THROTTLE_RATE", "0/min", "digest.E009"),
        ("OUTBOUND_USER_AGENT", "", "digest.E013"),
        ("OUTBOUND_USER_AGENT", "a\r\nCookie: b", "digest.E013"),
        ("OUTBOUND_USER_AGENT", "bücher", "digest.E013"),
        ("SOURCE_CHECK_DAYS", 0, "digest.E014"),
        ("CACHE_SECONDS", -1, "digest.E018"),
        ("CACHE_SECONDS", "300", "digest.E018"),
        ("CACHE_SECONDS", False, "digest.E018"),
        ("CACHE_IGNORED_MODELS", ["taggit.Nothing"], "digest.E019"),
        ("CACHE_IGNORED_MODELS", "taggit", "digest.E019"),
        ("CDN_MAX_AGE", 0, "digest.E020"),
        ("CDN_MAX_AGE", "3600", "digest.E020"),
        ("SOURCE_CHECK_PAUSE", -1, "digest.E017"),
        ("SOURCE_CHECK_PAUSE", "5", "digest.E017"),
        ("SOURCE_CHECK_PAUSE", 3601, "digest.E017"),
        ("HTTP_ALLOWED_HOSTS", "wiki.example:80", "digest.E024"),
        ("HTTP_ALLOWED_HOSTS", ["wiki.example"], "digest.E024"),
        ("HTTP_ALLOWED_HOSTS", ["http://wiki.example:80"], "digest.E024"),
        ("EDITORS_GUIDE_URL", "docs/guide.md", "digest.E048"),
        ("EDITORS_GUIDE_URL", "javascript:alert(1)", "digest.E048"),
    ],
)
def test_invalid_setting(settings, name, value, check_id):
    setattr(settings, f"DIGEST_{name}", value)
    [error] = [e for e in run_checks() if e.id.startswith("digest.")]
    assert error.id == check_id
    assert f"DIGEST_{name}" in error.msg


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FRONTEND_URLS", {"https://cms.a.org": "https://a.org"}),
        ("PREVIEW_URLS", {"https://cms.a.org": "https://a.org/preview?token={token}"}),
        ("API_THROTTLE_RATE", "100/min"),
        ("OUTBOUND_USER_AGENT", "example-bot/1.0 (+https://a.org)"),
        ("SOURCE_CHECK_PAUSE", 0.5),
        ("HTTP_ALLOWED_HOSTS", ["wiki.example:8080", "127.0.0.1:80"]),
        ("CACHE_SECONDS", 0),
        ("CACHE_IGNORED_MODELS", ["taggit", "taggit.Tag"]),
        ("CDN_MAX_AGE", None),
        ("EDITORS_GUIDE_URL", "https://a.org/guide?lang=en#start"),
    ],
)
def test_valid_setting(settings, name, value):
    setattr(settings, f"DIGEST_{name}", value)
    assert [e for e in run_checks() if e.id.startswith("digest.")] == []


def test_every_setting_of_the_core_is_checked():
    checked = {check.name for check in checks.SETTINGS} | {"CACHE_IGNORED_MODELS"}
    names = {name for name in vars(DigestSettings) if name.isupper()}
    assert checked == {name for name in names if not name.startswith("SEARCH_")}


def test_message_hint_and_value(settings):
    settings.DIGEST_PREVIEW_URLS = {"{": 0}
    [error] = checks.check_core_settings()
    assert error.msg == (
        "DIGEST_PREVIEW_URLS must map root URLs to URLs with one {token}, not {'{': 0}."
    )
    assert error.hint.startswith("For example")


def test_defaults_pass():
    assert [e for e in run_checks() if e.id.startswith("digest.")] == []


def test_plugin_after_wagtail(monkeypatch):
    monkeypatch.setattr(checks, "get_commands", lambda: {"publish_scheduled": "wagtail"})
    [warning] = [e for e in run_checks() if e.id.startswith("digest.")]
    assert warning.id == "digest.W022"


@pytest.mark.parametrize("limit", [128_000_000, None, 200_000_000])
def test_images_with_as_many_pixels_as_wagtail_allows(settings, limit):
    settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS = limit
    found = run_checks(include_deployment_checks=True)
    assert "digest.W023" in [warning.id for warning in found]
    del settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS
    assert [e.id for e in checks.check_image_pixels()] == ["digest.W023"]
    settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS = 127_999_999
    assert checks.check_image_pixels() == []


def test_swapped_base_page_model_without_swapped_pages(monkeypatch):
    swapped = {("wagtailcore", "Page"): "base.BasePage"}
    monkeypatch.setattr(checks.swapper, "is_swapped", lambda *name: swapped.get(name, False))
    errors = checks.check_base_page_model()
    assert [e.id for e in errors] == ["digest.E006", "digest.E006"]
    assert "DIGEST_ISSUEPAGE_MODEL" in errors[1].hint
