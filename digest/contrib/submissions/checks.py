"""System checks of the settings, and of keys whose user is inactive or a superuser."""

from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError, router, transaction
from django.db.models import Q
from django.utils import timezone

from digest.checks import SettingCheck, check_settings, is_positive_integer, is_rate
from digest.contrib.submissions.conf import conf
from digest.contrib.submissions.models import ApiKey

SETTINGS = [
    SettingCheck(
        "digest.E046",
        "SUBMISSION_RATE",
        is_rate,
        'must be a rate such as "60/hour", not {value!r}.',
        "A number, a slash, and sec, min, hour or day; None for no limit.",
    ),
    SettingCheck(
        "digest.E047",
        "SUBMISSION_DAYS",
        is_positive_integer,
        "must be a positive whole number, not {value!r}.",
    ),
]


@register()
def check_submission_settings(**kwargs: Any) -> list[CheckMessage]:
    return check_settings(conf, SETTINGS)


@register(Tags.database)
def check_users_of_keys(databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Warn of valid keys whose user is inactive, so that they do not work, or a superuser."""
    alias = router.db_for_read(ApiKey)
    if alias not in (databases or ()):
        return []
    valid = ApiKey.objects.filter(revoked_at=None, expires_at__gt=timezone.now())
    special = Q(user__is_active=False) | Q(user__is_superuser=True)
    try:
        with transaction.atomic(using=alias):
            return list(map(_warning, valid.filter(special).select_related("user").order_by("pk")))
    except DatabaseError:  # The tables are not migrated yet.
        return []


def _warning(key: ApiKey) -> CheckMessage:
    if not key.user.is_active:
        message = f"The API key {str(key)!r} does not work: its user is not active."
        return Warning(message, hint="Revoke it.", id="digest.W044")
    message = f"The API key {str(key)!r} has the rights of a superuser."
    hint = "Make a user for it, with no more rights than it needs in its digests."
    return Warning(message, hint=hint, id="digest.W045")
