"""System checks: each wrong setting is named."""

import pytest
from django.core.checks import run_checks


@pytest.mark.parametrize(
    ("name", "value", "check_id"),
    [
        ("WORDS_PER_MINUTE", 0, "digest.E001"),
        ("ISSUES_PER_PAGE", "20", "digest.E002"),
        ("FEED_LENGTH", True, "digest.E003"),
        ("IMAGE_WIDTHS", [], "digest.E004"),
        ("IMAGE_WIDTHS", [400, -1], "digest.E004"),
        ("API_DOCS_ENABLED", "no", "digest.E005"),
        ("OUTBOUND_USER_AGENT", "", "digest.E013"),
        ("OUTBOUND_USER_AGENT", "a\r\nCookie: b", "digest.E013"),
        ("OUTBOUND_USER_AGENT", "bücher", "digest.E013"),
        ("SOURCE_CHECK_DAYS", 0, "digest.E014"),
        ("CACHE_SECONDS", -1, "digest.E018"),
        ("CACHE_SECONDS", "300", "digest.E018"),
        ("CACHE_IGNORED_MODELS", ["taggit.Nothing"], "digest.E019"),
        ("CACHE_IGNORED_MODELS", "taggit", "digest.E019"),
        ("CDN_MAX_AGE", 0, "digest.E020"),
        ("CDN_MAX_AGE", "3600", "digest.E020"),
        ("SOURCE_CHECK_PAUSE", -1, "digest.E017"),
        ("SOURCE_CHECK_PAUSE", "5", "digest.E017"),
    ],
)
def test_wrong_setting_is_named(settings, name, value, check_id):
    setattr(settings, f"DIGEST_{name}", value)
    [error] = [e for e in run_checks() if e.id.startswith("digest.")]
    assert error.id == check_id
    assert f"DIGEST_{name}" in error.msg


def test_defaults_pass():
    assert [e for e in run_checks() if e.id.startswith("digest.")] == []


def test_plugin_after_wagtail_is_told(monkeypatch):
    from digest import checks

    monkeypatch.setattr(checks, "get_commands", lambda: {"publish_scheduled": "wagtail"})
    [warning] = [e for e in run_checks() if e.id.startswith("digest.")]
    assert warning.id == "digest.W022"


def test_pages_of_another_base_page_model_are_asked_for(monkeypatch):
    from digest import checks

    swapped = {("wagtailcore", "Page"): "base.BasePage"}
    monkeypatch.setattr(checks.swapper, "is_swapped", lambda *name: swapped.get(name, False))
    errors = checks.check_base_page_model()
    assert [e.id for e in errors] == ["digest.E006", "digest.E006"]
    assert "DIGEST_ISSUEPAGE_MODEL" in errors[1].hint
