"""System checks: a wrong setting or base page model is named, with the mend, at start."""

import re
from typing import Any

import swapper
from django.apps import apps
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.management import get_commands
from django.db import connections, router

from digest.caching import replica
from digest.conf import conf

swapper.set_app_prefix("wagtailcore", "wagtail")


def _is_positive_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _positive_integer(name: str, check_id: str) -> list[CheckMessage]:
    value = getattr(conf, name)
    if _is_positive_integer(value):
        return []
    return [Error(f"DIGEST_{name} must be a positive whole number, not {value!r}.", id=check_id)]


@register()
def check_words_per_minute(**kwargs: Any) -> list[CheckMessage]:
    """DIGEST_WORDS_PER_MINUTE divides; zero would crash every issue."""
    return _positive_integer("WORDS_PER_MINUTE", "digest.E001")


@register()
def check_issues_per_page(**kwargs: Any) -> list[CheckMessage]:
    """DIGEST_ISSUES_PER_PAGE is a page size."""
    return _positive_integer("ISSUES_PER_PAGE", "digest.E002")


@register()
def check_feed_length(**kwargs: Any) -> list[CheckMessage]:
    """DIGEST_FEED_LENGTH is a number of issues."""
    return _positive_integer("FEED_LENGTH", "digest.E003")


@register()
def check_image_widths(**kwargs: Any) -> list[CheckMessage]:
    """DIGEST_IMAGE_WIDTHS is a list of widths in pixels."""
    widths = conf.IMAGE_WIDTHS
    if isinstance(widths, (list, tuple)) and widths and all(map(_is_positive_integer, widths)):
        return []
    return [
        Error(
            f"DIGEST_IMAGE_WIDTHS must be a list of widths in pixels, not {widths!r}.",
            hint="For example [400, 800, 1600].",
            id="digest.E004",
        )
    ]


@register()
def check_api_docs_enabled(**kwargs: Any) -> list[CheckMessage]:
    """DIGEST_API_DOCS_ENABLED is a switch."""
    if isinstance(conf.API_DOCS_ENABLED, bool):
        return []
    return [Error("DIGEST_API_DOCS_ENABLED must be True or False.", id="digest.E005")]


@register()
def check_frontend_urls(**kwargs: Any) -> list[CheckMessage]:
    """DIGEST_FRONTEND_URLS leads from root URLs to root URLs."""
    urls = conf.FRONTEND_URLS
    if isinstance(urls, dict) and all(map(_is_root_url, [*urls, *urls.values()])):
        return []
    return [
        Error(
            f"DIGEST_FRONTEND_URLS must map root URLs to root URLs, not {urls!r}.",
            hint='For example {"https://cms.example.com": "https://www.example.com"}.',
            id="digest.E008",
        )
    ]


@register()
def check_preview_urls(**kwargs: Any) -> list[CheckMessage]:
    """DIGEST_PREVIEW_URLS leads from root URLs to addresses that take a token."""
    urls = conf.PREVIEW_URLS
    known = isinstance(urls, dict) and all(map(_is_root_url, urls))
    if known and all(map(_takes_a_token, urls.values())):
        return []
    return [
        Error(
            f"DIGEST_PREVIEW_URLS must map root URLs to URLs with one {{token}}, not {urls!r}.",
            hint='For example {"https://cms.example.com": "https://example.com/preview/{token}"}.',
            id="digest.E015",
        )
    ]


def _takes_a_token(value: Any) -> bool:
    # Not as a part of the host: a browser would ask a name server for it.
    pattern = r"https?://[^/?#\s{}]+[/?#][^\s{}]*\{token\}[^\s{}]*"
    return isinstance(value, str) and bool(re.fullmatch(pattern, value))


def _is_root_url(value: Any) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"https?://[^/?#\s]+", value))


@register()
def check_api_throttle_rate(**kwargs: Any) -> list[CheckMessage]:
    """DIGEST_API_THROTTLE_RATE is a number of requests and a span of time, or None."""
    rate = conf.API_THROTTLE_RATE
    if rate is None or re.fullmatch(r"[1-9][0-9]*/(sec|min|hour|day)", str(rate)):
        return []
    return [
        Error(
            f'DIGEST_API_THROTTLE_RATE must be a rate such as "100/min", not {rate!r}.',
            hint="A number, a slash, and sec, min, hour or day; None for no limit.",
            id="digest.E009",
        )
    ]


@register()
def check_outbound_user_agent(**kwargs: Any) -> list[CheckMessage]:
    """DIGEST_OUTBOUND_USER_AGENT is a header of one line."""
    agent = conf.OUTBOUND_USER_AGENT
    if agent is None or (isinstance(agent, str) and re.fullmatch(r"[!-~]([ -~]*[!-~])?", agent)):
        return []
    return [
        Error(
            f"DIGEST_OUTBOUND_USER_AGENT must be one line of ASCII, not {agent!r}.",
            hint='For example "example-bot/1.0 (+https://www.example.com/)".',
            id="digest.E013",
        )
    ]


@register()
def check_source_check_days(**kwargs: Any) -> list[CheckMessage]:
    """DIGEST_SOURCE_CHECK_DAYS is a number of days."""
    return _positive_integer("SOURCE_CHECK_DAYS", "digest.E014")


@register()
def check_source_check_pause(**kwargs: Any) -> list[CheckMessage]:
    """DIGEST_SOURCE_CHECK_PAUSE is a number of seconds."""
    pause = conf.SOURCE_CHECK_PAUSE
    is_number = isinstance(pause, (int, float)) and not isinstance(pause, bool)
    if is_number and 0 <= pause <= 3600:
        return []
    return [
        Error(
            f"DIGEST_SOURCE_CHECK_PAUSE must be a number of seconds, not {pause!r}.",
            id="digest.E017",
        )
    ]


@register()
def check_cache_seconds(**kwargs: Any) -> list[CheckMessage]:
    """DIGEST_CACHE_SECONDS is a number of seconds; 0 keeps nothing."""
    if conf.CACHE_SECONDS == 0 or _is_positive_integer(conf.CACHE_SECONDS):
        return []
    return [
        Error(
            f"DIGEST_CACHE_SECONDS must be a whole number, 0 or more, not {conf.CACHE_SECONDS!r}.",
            id="digest.E018",
        )
    ]


@register()
def check_cache_ignored_models(**kwargs: Any) -> list[CheckMessage]:
    """DIGEST_CACHE_IGNORED_MODELS names apps and models that there are."""
    names = conf.CACHE_IGNORED_MODELS
    is_list = isinstance(names, (list, tuple, set)) and all(isinstance(n, str) for n in names)
    unknown = [name for name in names if not _is_app_or_model(name)] if is_list else [names]
    return [
        Error(
            f"DIGEST_CACHE_IGNORED_MODELS names {name!r}, which is no app or model.",
            hint='A list of labels, for example ["analytics", "shop.Order"].',
            id="digest.E019",
        )
        for name in unknown
    ]


@register()
def check_cdn_max_age(**kwargs: Any) -> list[CheckMessage]:
    """DIGEST_CDN_MAX_AGE is a number of seconds, or None."""
    return [] if conf.CDN_MAX_AGE is None else _positive_integer("CDN_MAX_AGE", "digest.E020")


def _is_app_or_model(label: str) -> bool:
    labels = {config.label for config in apps.get_app_configs()}
    labels |= {model._meta.label_lower for model in apps.get_models(include_auto_created=True)}
    return label.lower() in labels


@register()
def check_replica(**kwargs: Any) -> list[CheckMessage]:
    """A database "replica" and the router that reads from it come together."""
    has_replica = replica.REPLICA in connections
    is_routed = any(isinstance(chosen, replica.ReplicaRouter) for chosen in router.routers)
    if has_replica and not router.routers:
        message = 'DATABASES has a "replica", which nothing reads from.'
    elif is_routed and not has_replica:
        message = 'ReplicaRouter is among DATABASE_ROUTERS, but DATABASES has no "replica".'
    else:
        return []
    hint = 'With the replica goes DATABASE_ROUTERS = ["digest.caching.replica.ReplicaRouter"].'
    return [Error(message, hint=hint, id="digest.E021")]


@register()
def check_base_page_model(**kwargs: Any) -> list[CheckMessage]:
    """With a base page model of its own, a site must bring its own digest pages (Wagtail 8)."""
    base = swapper.is_swapped("wagtailcore", "Page")
    if not base:
        return []
    return [
        Error(
            f"digest.{model} is built on wagtailcore.Page, but WAGTAIL_PAGE_MODEL is {base!r}.",
            hint=(
                f"Define your own page, class My{model}(digest.mixins.{model}Mixin, {base}), "
                f'and set DIGEST_{model.upper()}_MODEL = "yourapp.My{model}".'
            ),
            id="digest.E006",
        )
        for model in ("DigestPage", "IssuePage")
        if not swapper.is_swapped("digest", model)
    ]


@register()
def check_commands(**kwargs: Any) -> list[CheckMessage]:
    """The plugin's ``publish_scheduled`` runs where the plugin stands before Wagtail."""
    if get_commands().get("publish_scheduled") != "wagtail":
        return []
    return [
        Warning(
            "Wagtail's publish_scheduled runs, which a kill or a failing page leaves half-done.",
            hint='Put "digest" before "wagtail" in INSTALLED_APPS.',
            id="digest.W022",
        )
    ]


@register()
def check_issue_tag_model(**kwargs: Any) -> list[CheckMessage]:
    """An issue page of the site's own needs a tag model that points to it."""
    issue = swapper.is_swapped("digest", "IssuePage")
    if not issue or swapper.is_swapped("digest", "IssueTag"):
        return []
    return [
        Error(
            f"DIGEST_ISSUEPAGE_MODEL is {issue!r}, but DIGEST_ISSUETAG_MODEL is not set.",
            hint=(
                "Define class MyIssueTag(taggit.models.TaggedItemBase) with content_object = "
                f'ParentalKey("{issue}", on_delete=models.CASCADE, related_name="tagged_items") '
                'and set DIGEST_ISSUETAG_MODEL = "yourapp.MyIssueTag".'
            ),
            id="digest.E007",
        )
    ]
