"""System checks: settings, the base page model and the order of the installed apps."""

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import swapper
from django.apps import apps
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.management import get_commands
from django.db import connections, router

from digest.caching import replica
from digest.conf import conf
from digest.rendering.renditions import WAGTAIL_MAX_IMAGE_PIXELS, max_image_pixels


class SettingCheck(NamedTuple):
    """Define the check of one setting; ``message`` follows its name and may use ``{value!r}``."""

    id: str
    name: str
    is_valid: Callable[[Any], bool]
    message: str
    hint: str | None = None


def check_settings(conf: Any, checks: Iterable[SettingCheck]) -> list[CheckMessage]:
    """Return an error for each invalid setting; ``conf`` has an attribute for each."""
    values = ((check, getattr(conf, check.name)) for check in checks)
    return [
        Error(
            f"DIGEST_{check.name} {check.message.format(value=value)}",
            hint=check.hint,
            id=check.id,
        )
        for check, value in values
        if not check.is_valid(value)
    ]


def is_integer(value: Any) -> bool:
    """Return whether a value is an integer other than True and False."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_positive_integer(value: Any) -> bool:
    return is_integer(value) and value > 0


def _are_image_widths(value: Any) -> bool:
    is_list = isinstance(value, (list, tuple))
    return is_list and bool(value) and all(map(is_positive_integer, value))


def is_root_url(value: Any) -> bool:
    """Return whether a value is a URL without a path, such as "https://example.com"."""
    return isinstance(value, str) and bool(re.fullmatch(r"https?://[^/?#\s]+", value))


def _are_frontend_urls(value: Any) -> bool:
    return isinstance(value, dict) and all(map(is_root_url, [*value, *value.values()]))


def _is_preview_url(value: Any) -> bool:
    # Without a token in the host, which would be sent to name servers.
    pattern = r"https?://[^/?#\s{}]+[/?#][^\s{}]*\{token\}[^\s{}]*"
    return isinstance(value, str) and bool(re.fullmatch(pattern, value))


def _are_preview_urls(value: Any) -> bool:
    is_keyed = isinstance(value, dict) and all(map(is_root_url, value))
    return is_keyed and all(map(_is_preview_url, value.values()))


def _is_web_url(value: Any) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"https?://[^/?#\s]+[^\s]*", value))


def is_rate(value: Any) -> bool:
    """Return whether a value is a rate such as "100/min", or None."""
    return value is None or bool(re.fullmatch(r"[1-9][0-9]*/(sec|min|hour|day)", str(value)))


def _is_user_agent(value: Any) -> bool:
    is_text = isinstance(value, str)
    return value is None or (is_text and bool(re.fullmatch(r"[!-~]([ -~]*[!-~])?", value)))


def _is_pause(value: Any) -> bool:
    return (is_integer(value) or isinstance(value, float)) and 0 <= value <= 3600


def _are_servers(value: Any) -> bool:
    is_list = isinstance(value, (list, tuple, set)) and all(isinstance(name, str) for name in value)
    return is_list and all(re.fullmatch(r"[a-z0-9_.-]+:[0-9]{1,5}", name) for name in value)


POSITIVE = "must be a positive whole number, not {value!r}."

SETTINGS = [
    SettingCheck("digest.E001", "WORDS_PER_MINUTE", is_positive_integer, POSITIVE),
    SettingCheck("digest.E002", "ISSUES_PER_PAGE", is_positive_integer, POSITIVE),
    SettingCheck("digest.E003", "FEED_LENGTH", is_positive_integer, POSITIVE),
    SettingCheck(
        "digest.E004",
        "IMAGE_WIDTHS",
        _are_image_widths,
        "must be a list of widths in pixels, not {value!r}.",
        "For example [400, 800, 1600].",
    ),
    SettingCheck(
        "digest.E005",
        "API_DOCS_ENABLED",
        lambda value: isinstance(value, bool),
        "must be True or False.",
    ),
    SettingCheck(
        "digest.E008",
        "FRONTEND_URLS",
        _are_frontend_urls,
        "must map root URLs to root URLs, not {value!r}.",
        'For example {"https://cms.example.com": "https://www.example.com"}.',
    ),
    SettingCheck(
        "digest.E009",
        "API_THROTTLE_RATE",
        is_rate,
        'must be a rate such as "100/min", not {value!r}.',
        "A number, a slash, and sec, min, hour or day; None for no limit.",
    ),
    SettingCheck(
        "digest.E013",
        "OUTBOUND_USER_AGENT",
        _is_user_agent,
        "must be one line of ASCII, not {value!r}.",
        'For example "example-bot/1.0 (+https://www.example.com/)".',
    ),
    SettingCheck("digest.E014", "SOURCE_CHECK_DAYS", is_positive_integer, POSITIVE),
    SettingCheck(
        "digest.E015",
        "PREVIEW_URLS",
        _are_preview_urls,
        "must map root URLs to URLs with one {{token}}, not {value!r}.",
        'For example {"https://cms.example.com": "https://example.com/preview/{token}"}.',
    ),
    SettingCheck(
        "digest.E017",
        "SOURCE_CHECK_PAUSE",
        _is_pause,
        "must be a number of seconds, not {value!r}.",
    ),
    SettingCheck(
        "digest.E018",
        "CACHE_SECONDS",
        lambda value: is_integer(value) and value >= 0,
        "must be a whole number, 0 or more, not {value!r}.",
    ),
    SettingCheck(
        "digest.E020",
        "CDN_MAX_AGE",
        lambda value: value is None or is_positive_integer(value),
        POSITIVE,
    ),
    SettingCheck(
        "digest.E024",
        "HTTP_ALLOWED_HOSTS",
        _are_servers,
        "must be a list of hosts with ports, not {value!r}.",
        'For example ["wiki.example:8080"], in lower case and without a scheme.',
    ),
    SettingCheck(
        "digest.E048",
        "EDITORS_GUIDE_URL",
        lambda value: value is None or _is_web_url(value),
        "must be a URL with http or https, not {value!r}.",
    ),
]


@register()
def check_core_settings(**kwargs: Any) -> list[CheckMessage]:
    """Check every setting in ``SETTINGS``."""
    return check_settings(conf, SETTINGS)


@register()
def check_cache_ignored_models(**kwargs: Any) -> list[CheckMessage]:
    """Check that the names in DIGEST_CACHE_IGNORED_MODELS exist, with an error for each."""
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


def _is_app_or_model(label: str) -> bool:
    labels = {config.label for config in apps.get_app_configs()}
    labels |= {model._meta.label_lower for model in apps.get_models(include_auto_created=True)}
    return label.lower() in labels


@register()
def check_replica(**kwargs: Any) -> list[CheckMessage]:
    """Require the database "replica" and its router together."""
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
    """Require swapped digest pages where the base page model is swapped (Wagtail 8)."""
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


@register(deploy=True)
def check_image_pixels(**kwargs: Any) -> list[CheckMessage]:
    """Warn if images may have as many pixels as Wagtail allows by default, or more."""
    limit = max_image_pixels()
    if limit is not None and limit < WAGTAIL_MAX_IMAGE_PIXELS:
        return []
    return [
        Warning(
            f"WAGTAILIMAGES_MAX_IMAGE_PIXELS is {limit}: one upload can take gigabytes of memory.",
            hint="For example WAGTAILIMAGES_MAX_IMAGE_PIXELS = 40_000_000.",
            id="digest.W023",
        )
    ]


@register()
def check_commands(**kwargs: Any) -> list[CheckMessage]:
    """Warn if Wagtail's ``publish_scheduled`` takes precedence over the plugin's."""
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
    """Require a tag model for a swapped issue page."""
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
