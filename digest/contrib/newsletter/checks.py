"""System checks of the newsletter: of its settings, and of what digests in use lack."""

import os
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError, router, transaction
from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from wagtail.models import Site

from digest import visibility
from digest.checks import (
    SettingCheck,
    check_settings,
    is_positive_integer,
    is_rate,
    is_root_url,
)
from digest.contrib.newsletter.conf import conf
from digest.contrib.newsletter.models import NewsletterSettings

# Providers of mailboxes that do not let other servers send in their name (DMARC).
FREE_MAIL = {
    *("aol.com", "gmail.com", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com", "icloud.com"),
    *("live.com", "mail.ru", "me.com", "outlook.com", "proton.me", "protonmail.com", "web.de"),
    *("yahoo.com", "yahoo.de", "yandex.com", "yandex.ru"),
}
# A worker waits for less than its claim lasts.
MIN_RATE = 0.01
PAGES = {"confirm", "unsubscribe", "preferences"}


def _are_senders(value: Any) -> bool:
    addresses = value.values() if isinstance(value, dict) else [value]
    return all(isinstance(address, str) and "@" in address for address in addresses)


def _are_origins(value: Any) -> bool:
    is_list = isinstance(value, (list, tuple, set))
    return is_list and all(map(is_root_url, value))


def _are_urls(value: Any) -> bool:
    return isinstance(value, dict) and all(
        is_root_url(root) and _are_pages(pages) for root, pages in value.items()
    )


def _are_pages(value: Any) -> bool:
    return isinstance(value, dict) and all(
        name in PAGES and isinstance(url, str) and url.count("{token}") == 1
        for name, url in value.items()
    )


def _is_mailer(value: Any) -> bool:
    if isinstance(value, str):
        return value in getattr(settings, "MAILERS", {})
    return isinstance(value, dict) and all(isinstance(name, str) for name in value)


def _is_rate_per_second(value: Any) -> bool:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value is None or (is_number and value >= MIN_RATE)


def _is_absolute_path(value: Any) -> bool:
    return value is None or (isinstance(value, (str, Path)) and Path(value).is_absolute())


SETTINGS = [
    SettingCheck(
        "digest.E030",
        "NEWSLETTER_FROM",
        _are_senders,
        "must be an e-mail address, or map slugs of digests to addresses, not {value!r}.",
    ),
    SettingCheck(
        "digest.E031",
        "NEWSLETTER_ORIGINS",
        _are_origins,
        "must be a list of origins, not {value!r}.",
        'For example ["https://www.example.com"].',
    ),
    SettingCheck(
        "digest.E032",
        "NEWSLETTER_URLS",
        _are_urls,
        "must map root URLs of sites to the URLs of pages, not {value!r}.",
        'For example {"https://cms.example.com": {"confirm": "https://example.com/c/{token}"}}.',
    ),
    SettingCheck(
        "digest.E033",
        "NEWSLETTER_SIGNUP_RATE",
        is_rate,
        'must be a rate such as "20/hour", not {value!r}.',
        "A number, a slash, and sec, min, hour or day; None for no limit.",
    ),
    SettingCheck(
        "digest.E034",
        "NEWSLETTER_LETTERS_PER_HOUR",
        is_positive_integer,
        "must be a positive whole number, not {value!r}.",
    ),
    SettingCheck(
        "digest.E035",
        "NEWSLETTER_REMOVALS_FILE",
        _is_absolute_path,
        "must be an absolute path, not {value!r}.",
        "Several processes append to the file.",
    ),
    SettingCheck(
        "digest.E043",
        "NEWSLETTER_MAILER",
        _is_mailer,
        "must be the arguments of get_connection(), or an alias in MAILERS, not {value!r}.",
        'For example {"host": "smtp.example.com", "port": 587, "use_tls": True}.',
    ),
    SettingCheck(
        "digest.E044",
        "NEWSLETTER_RATE",
        _is_rate_per_second,
        "must be a number of mails in a second, at least 0.01, or None, not {value!r}.",
    ),
    SettingCheck(
        "digest.E045",
        "NEWSLETTER_WORKERS",
        is_positive_integer,
        "must be a positive whole number, not {value!r}.",
    ),
]


@register()
def check_newsletter_settings(**kwargs: Any) -> list[CheckMessage]:
    """Check every setting in ``SETTINGS``."""
    return check_settings(conf, SETTINGS)


@register()
def check_removals_file(**kwargs: Any) -> list[CheckMessage]:
    """Warn if the removals file cannot be written."""
    path = conf.NEWSLETTER_REMOVALS_FILE
    if not path or not _is_absolute_path(path) or _is_writable(Path(path)):
        return []
    message = f"DIGEST_NEWSLETTER_REMOVALS_FILE, {path}, cannot be written."
    hint = "Without it, a restored backup brings back readers who have left."
    return [Warning(message, hint=hint, id="digest.W036")]


def _is_writable(path: Path) -> bool:
    return os.access(path if path.exists() else path.parent, os.W_OK) and not path.is_dir()


@register(Tags.security)
def check_webhooks(**kwargs: Any) -> list[CheckMessage]:
    """Warn if anyone can send events of django-anymail, whose URLs have those of all providers."""
    if not apps.is_installed("anymail") or _has_webhook_secret() or not _has_webhooks():
        return []
    message = "Anyone can report bounces and complaints at the webhooks of anymail.urls."
    hint = 'Set "WEBHOOK_SECRET" in ANYMAIL: docs/deploy/mail.md.'
    return [Warning(message, hint=hint, id="digest.W042")]


def _has_webhook_secret() -> bool:
    from anymail.utils import get_anymail_setting

    return bool(get_anymail_setting("webhook_secret", default=None))


def _has_webhooks() -> bool:
    try:
        reverse("anymail:postmark_tracking_webhook")
    except NoReverseMatch:
        return False
    return True


@register(Tags.security, deploy=True)
def check_num_proxies(**kwargs: Any) -> list[CheckMessage]:
    """Warn if all readers share one limit, because they seem to come from the proxy."""
    is_behind_proxy = settings.SECURE_PROXY_SSL_HEADER or settings.USE_X_FORWARDED_HOST
    if not (conf.NEWSLETTER_SIGNUP_RATE and is_behind_proxy):
        return []
    if getattr(settings, "REST_FRAMEWORK", {}).get("NUM_PROXIES") is not None:
        return []
    message = "All readers share one limit of sign-ups: that of the proxy's IP address."
    hint = "Set NUM_PROXIES in REST_FRAMEWORK to the number of proxies: docs/reference/settings.md."
    return [Warning(message, hint=hint, id="digest.W043")]


@register(Tags.database)
def check_open_newsletters(databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Warn of what digests lack that take sign-ups or send their issues, outside DEBUG."""
    alias = router.db_for_read(NewsletterSettings)
    if settings.DEBUG or alias not in (databases or ()):
        return []
    is_open = Q(takes_signups=True) | Q(sends_on_publish=True)
    rows = NewsletterSettings.objects.filter(is_open).select_related("digest")
    try:
        with transaction.atomic(using=alias):
            newsletters = list(rows.order_by("pk"))
            return [message for check in OPEN_CHECKS for message in check(newsletters)]
    except DatabaseError:  # The tables are not migrated yet.
        return []


def _undeliverable(newsletters: list[NewsletterSettings]) -> list[CheckMessage]:
    senders = {conf.sender(newsletter.digest.slug) for newsletter in newsletters}
    return [
        Warning(
            f"Newsletters from {sender!r} will not be delivered.",
            hint="Use a domain of your own, with SPF, DKIM and DMARC: docs/deploy/mail.md.",
            id="digest.W037",
        )
        for sender in sorted(senders)
        if _is_undeliverable(sender)
    ]


def _is_undeliverable(sender: str) -> bool:
    domain = parseaddr(sender)[1].rpartition("@")[2].lower()
    return domain in FREE_MAIL or "." not in domain or domain.endswith((".local", ".localhost"))


def _without_removals_file(newsletters: list[NewsletterSettings]) -> list[CheckMessage]:
    if conf.NEWSLETTER_REMOVALS_FILE or not newsletters:
        return []
    hint = "Without it, a restored backup brings back readers who have left."
    message = "DIGEST_NEWSLETTER_REMOVALS_FILE is not set, and newsletters have readers."
    return [Warning(message, hint=hint, id="digest.W038")]


def _lacking(newsletters: list[NewsletterSettings]) -> list[CheckMessage]:
    return [
        Warning(
            f"The newsletter of {newsletter.digest.title!r} has no imprint or no privacy page.",
            hint="Fill them in under Digests, Newsletters, in the admin.",
            id="digest.W039",
        )
        for newsletter in newsletters
        if not (newsletter.imprint.strip() and newsletter.privacy_url)
    ]


def _without_tls(newsletters: list[NewsletterSettings]) -> list[CheckMessage]:
    roots = {site.root_url for site in _sites(newsletters)}
    return [
        Warning(
            f"Links in the mails of a newsletter begin with {root!r}.",
            hint="Set the port of the site to 443, under Settings, Sites, in the admin.",
            id="digest.W040",
        )
        for root in sorted(roots)
        if root.startswith("http://")
    ]


def _hidden_pages(newsletters: list[NewsletterSettings]) -> list[CheckMessage]:
    pages = [
        page
        for site in _sites(newsletters)
        for page in visibility.public(site.root_page.get_children(), site).filter(slug="newsletter")
    ]
    return [
        Warning(
            f"Readers do not see the page {page.title!r} at /newsletter/.",
            hint="The pages of the newsletter are there: change the slug of yours.",
            id="digest.W041",
        )
        for page in pages
    ]


def _sites(newsletters: list[NewsletterSettings]) -> list[Site]:
    sites = {newsletter.digest.get_site() for newsletter in newsletters}
    return sorted(sites - {None}, key=lambda site: site.pk)


OPEN_CHECKS = [_undeliverable, _without_removals_file, _lacking, _without_tls, _hidden_pages]
