"""System checks of the newsletter."""

import pytest
from django.core.checks import Tags, run_checks

from digest.contrib.newsletter import checks
from digest.contrib.newsletter.models import NewsletterSettings
from tests.builders import make_issue
from tests.contrib.newsletter.readers import open_newsletter


def ids(messages):
    return [message.id for message in messages if message.id.startswith("digest.")]


@pytest.mark.parametrize(
    ("name", "value", "check_id"),
    [
        ("FROM", "Signals", "digest.E030"),
        ("FROM", {"signals": ""}, "digest.E030"),
        ("FROM", None, "digest.E030"),
        ("ORIGINS", "https://example.com", "digest.E031"),
        ("ORIGINS", ["example.com"], "digest.E031"),
        ("ORIGINS", ["https://example.com/news"], "digest.E031"),
        ("URLS", {"https://a.org": {"confirm": "https://b.org/confirm"}}, "digest.E032"),
        ("URLS", {"https://a.org": {"block": "https://b.org/{token}"}}, "digest.E032"),
        ("URLS", {"https://a.org/": {"confirm": "https://b.org/{token}"}}, "digest.E032"),
        ("SIGNUP_RATE", "20", "digest.E033"),
        ("LETTERS_PER_HOUR", 0, "digest.E034"),
        ("REMOVALS_FILE", "removals", "digest.E035"),
        ("REMOVALS_FILE", 7, "digest.E035"),
        ("MAILER", "news", "digest.E043"),
        ("MAILER", ["smtp.example.com"], "digest.E043"),
        ("RATE", 0, "digest.E044"),
        ("RATE", "14", "digest.E044"),
        ("WORKERS", 0, "digest.E045"),
    ],
)
def test_invalid_setting(settings, name, value, check_id):
    setattr(settings, f"DIGEST_NEWSLETTER_{name}", value)
    [error] = [error for error in run_checks() if error.id.startswith("digest.")]
    assert error.id == check_id
    assert f"DIGEST_NEWSLETTER_{name}" in error.msg


def test_valid_settings(settings, tmp_path):
    settings.DIGEST_NEWSLETTER_FROM = {"signals": "Signals <signals@news.example>"}
    settings.DIGEST_NEWSLETTER_ORIGINS = ["https://example.com"]
    settings.DIGEST_NEWSLETTER_URLS = {"https://a.org": {"confirm": "https://b.org/{token}/"}}
    settings.DIGEST_NEWSLETTER_SIGNUP_RATE = None
    settings.DIGEST_NEWSLETTER_REMOVALS_FILE = tmp_path / "removals"
    assert ids(run_checks()) == []


@pytest.mark.parametrize("name", ["", "missing/removals"])
def test_removals_file_that_cannot_be_written(settings, tmp_path, name):
    settings.DIGEST_NEWSLETTER_REMOVALS_FILE = str(tmp_path / name)
    assert ids(checks.check_removals_file()) == ["digest.W036"]


def test_webhooks_without_a_secret(settings):
    assert ids(checks.check_webhooks()) == []
    settings.ROOT_URLCONF = "tests.contrib.newsletter.test_providers"
    assert ids(checks.check_webhooks()) == []
    settings.ANYMAIL = {"WEBHOOK_SECRET": ""}
    assert ids(checks.check_webhooks()) == ["digest.W042"]


def test_limit_of_sign_ups_that_all_readers_behind_a_proxy_share(settings):
    assert ids(checks.check_num_proxies()) == []
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert ids(checks.check_num_proxies()) == ["digest.W043"]
    assert "digest.W043" in ids(run_checks(include_deployment_checks=True))
    settings.REST_FRAMEWORK = {"NUM_PROXIES": 1}
    assert ids(checks.check_num_proxies()) == []


def check_database():
    return ids(run_checks(tags=[Tags.database], databases=["default"]))


@pytest.fixture
def newsletter(digest, site, settings, tmp_path):
    """Return settings that nothing is missing in, of a site with HTTPS."""
    settings.DIGEST_NEWSLETTER_REMOVALS_FILE = tmp_path / "removals"
    settings.DEFAULT_FROM_EMAIL = "editors@news.example"
    site.port = 443
    site.save()
    return open_newsletter(digest, imprint="A street", privacy_url="https://a.example/privacy")


def test_complete_newsletter_passes(newsletter):
    assert check_database() == []


@pytest.mark.parametrize(
    ("sender", "is_delivered"),
    [
        ("webmaster@localhost", False),
        ("Signals <signals@GMAIL.com>", False),
        ({"daily": "a@mail.local"}, False),
        ({"another": "a@mail.local"}, True),
        ("signals@news.example", True),
    ],
)
def test_sender_that_is_not_delivered(newsletter, settings, sender, is_delivered):
    settings.DIGEST_NEWSLETTER_FROM = sender
    assert check_database() == ([] if is_delivered else ["digest.W037"])


def test_missing_removals_file(newsletter, settings):
    settings.DIGEST_NEWSLETTER_REMOVALS_FILE = None
    assert check_database() == ["digest.W038"]
    newsletter.delete()
    assert check_database() == []


@pytest.mark.parametrize("name", ["imprint", "privacy_url"])
def test_open_newsletter_without_imprint_or_privacy_page(newsletter, settings, name):
    NewsletterSettings.objects.update(**{name: ""})
    assert check_database() == ["digest.W039"]
    settings.DEBUG = True
    assert check_database() == []
    settings.DEBUG = False
    NewsletterSettings.objects.update(takes_signups=False)
    assert check_database() == []
    NewsletterSettings.objects.update(sends_on_publish=True)
    assert check_database() == ["digest.W039"]


def test_open_newsletter_without_https(newsletter, site):
    site.port = 80
    site.save()
    assert check_database() == ["digest.W040"]


def test_page_in_the_place_of_the_newsletter(newsletter, digest, home_page):
    make_issue(digest)
    page = home_page.add_child(instance=type(digest)(title="Letters", slug="newsletter"))
    assert check_database() == ["digest.W041"]
    page.unpublish()
    assert check_database() == []


@pytest.mark.django_db
def test_database_check_passes_before_migrate(monkeypatch):
    monkeypatch.setattr(NewsletterSettings._meta, "db_table", "not_migrated")
    assert checks.check_open_newsletters(["default"]) == []
    assert checks.check_open_newsletters() == []
