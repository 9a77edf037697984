"""What holds for each new key, whether of the form or of the command."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext

from digest.admin.access import digests_with_permission
from digest.contrib.submissions.models import MAX_LIFETIME, ApiKey


def errors_of(name: str, user: Any, digests: Iterable[Any], level: str) -> dict[str, str]:
    """Return what is wrong, by the name of the field."""
    errors = {}
    if others := _without_permission(user, digests, "add"):
        message = gettext("%(user)s may not add issues to %(digests)s.")
        errors["digests"] = message % {"user": user, "digests": others}
    elif level == ApiKey.Level.PUBLISH and (others := _without_permission(user, digests, level)):
        message = gettext("%(user)s may not publish issues of %(digests)s.")
        errors["level"] = message % {"user": user, "digests": others}
    # So a page that shows a key, when it is loaded again, makes no second one.
    if ApiKey.objects.usable().filter(user=user, name=name).exists():
        errors["name"] = gettext("There is a valid key with this name. Use another one.")
    return errors


def expiry(last_day: date) -> datetime:
    """Return the end of the last day, within the longest lifetime."""
    end = timezone.make_aware(datetime.combine(last_day, time(23, 59, 59)))
    return min(end, timezone.now() + MAX_LIFETIME)


def _without_permission(user: Any, digests: Iterable[Any], permission: str) -> str:
    """Return the names of the digests on which a user does not have a permission."""
    allowed = set(digests_with_permission(user, permission).values_list("pk", flat=True))
    others = [digest.title for digest in digests if digest.pk not in allowed]
    return get_text_list(others, gettext("and"))
